/** Every tag that indexing or the user gave. */
import { countTags, type TagCount } from '../../history/query/user-tags.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';

export const tags: Body<unknown, readonly TagCount[]> = {
	run: async (context) => ({ exitCode: EXIT.done, data: await context.history(countTags) }),
	toJson: (counts) => ({ tags: counts }),
};

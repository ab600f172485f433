import { isAbsolute, join, resolve } from 'node:path';
import type { Filters } from '../../history/query/filters.ts';
import type { CommandContext } from '../context.ts';
import type { PlaceOptions } from '../options/place-options.ts';

type Context = Pick<CommandContext, 'clock' | 'folder' | 'home'>;

export function readFilters({ project, tag, since, until }: PlaceOptions, context: Context): Filters {
	const now = context.clock.now();
	return {
		project: project === null ? null : readProject(project, context),
		tags: tag.map((one) => one.normalize()),
		since: since?.at(now) ?? null,
		until: until?.at(now) ?? null,
	};
}

/** What looks like a path is one, from the folder of the command on. */
function readProject(typed: string, { folder, home }: Context): string {
	if (typed === '~' || typed.startsWith('~/')) return join(home, typed.slice(1));
	const isPath = isAbsolute(typed) || typed === '.' || typed.startsWith('./') || typed.startsWith('..');
	return isPath ? resolve(folder, typed) : typed;
}

import type { FileChange } from '../../git/repo-facts.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { viewAtHand } from '../view-at-hand.ts';

/** The newest change of each path that the session at hand changed, by path. */
export const files: Body<object, readonly FileChange[]> = {
	run: async (context) => ({ exitCode: EXIT.done, data: viewAtHand(context).files() }),
	toJson: (changed) => ({ files: changed }),
};

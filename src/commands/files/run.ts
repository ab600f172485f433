import type { FileChange } from '../../git/repo-facts.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { TurnPlace } from '../../sessions/undo/undo-history.ts';
import type { Body } from '../command.ts';
import { viewAtHand } from '../view-at-hand.ts';

export interface FilesData {
	/** The newest change of each path that the session at hand changed, by path. */
	files: readonly FileChange[];
	/** Turns of it that were taken back. */
	undone: readonly TurnPlace[];
}

export const files: Body<object, FilesData> = {
	run: async (context) => {
		const view = viewAtHand(context);
		return { exitCode: EXIT.done, data: { files: view.files(), undone: view.undone() } };
	},
	toJson: (data) => ({ ...data }),
};

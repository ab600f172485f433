import type { FileChange } from '../../git/repo-facts.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { TurnPlace } from '../../sessions/undo/undo-history.ts';
import type { Body } from '../command.ts';
import { viewAtHand } from '../view-at-hand.ts';

export interface FilesData {
	/** The session at hand; null: nothing was sent yet. */
	id: string | null;
	/** The newest change of each path that it changed, and those that it continues, by path. */
	files: readonly FileChange[];
	/** Turns of these that were taken back. */
	undone: readonly TurnPlace[];
}

export const files: Body<object, FilesData> = {
	run: async (context) => {
		const view = viewAtHand(context);
		const id = context.conversation?.session()?.id ?? null;
		return { exitCode: EXIT.done, data: { id, files: view.files(), undone: view.undone() } };
	},
	toJson: (data) => ({ ...data }),
};

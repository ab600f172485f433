import type { UndoData } from './take-back.ts';

/** The document of `undo` and `redo`. */
export function undoToJson({ session, result }: UndoData) {
	const { status, kind, turns, changes, already, conflicts, uncovered } = result;
	const isDone = result.status === 'done';
	return {
		session,
		status,
		kind,
		turns,
		files: changes,
		already,
		conflicts: conflicts.map(({ path, kind, why, canForce }) => ({ path, kind, why, can_force: canForce })),
		uncovered,
		step: isDone ? result.step : null,
		left: isDone ? result.left : [],
		kept: isDone ? result.kept : null,
	};
}

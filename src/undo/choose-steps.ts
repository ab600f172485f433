/** Which turns an undo means, and which undo a redo means. Pure. */
import { RelayError } from '../core/errors.ts';
import { hasChanges, type UndoHistory, type UndoneTurn } from '../sessions/undo/undo-history.ts';
import type { Chosen, UndoTarget } from './undo-contract.ts';

/** What cannot be undone for want of a snapshot. */
export const hasSnapshots = ({ state: { tree } }: UndoneTurn): boolean =>
	tree.before !== null && tree.after !== null;

/** Turns that an undo without a number could take next, newest first. */
export const standingTurns = ({ turns }: UndoHistory): UndoneTurn[] =>
	turns.filter((turn) => turn.undoneBy === null && hasChanges(turn.state)).reverse();

/**
 * The turns of the target, oldest first; `sessionId`: the session that its numbers are of. Throws `refused` for a turn that runs
 * or has no snapshots, `not_found` where there is nothing.
 */
export function chooseTurns(
	target: Exclude<UndoTarget, { kind: 'newest' }>,
	history: UndoHistory,
	sessionId: string,
): Extract<Chosen, { kind: 'undo' }> {
	const own = history.turns.filter((turn) => turn.sessionId === sessionId);
	const last = own.at(-1)?.state.turn ?? 0;
	const isThere = own.some(({ state }) => state.turn === target.turn);
	if (!isThere && !(target.kind === 'after' && target.turn === 0))
		throw new RelayError('not_found', `Session ${sessionId} has no turn ${target.turn}.`, {
			hint: last === 0 ? 'It has none yet.' : `Its turns are 1 to ${last}.`,
		});
	const meant = own.filter(({ state }) =>
		target.kind === 'turn' ? state.turn === target.turn : state.turn > target.turn,
	);
	for (const turn of meant) refuseRunning(turn);
	if (target.kind === 'after') return { kind: 'undo', turns: standing(meant, target.turn) };
	for (const turn of meant) refuseUnknown(turn);
	const [turn] = meant;
	if (turn !== undefined && !hasChanges(turn.state))
		throw new RelayError('not_found', `Turn ${target.turn} changed no file, so there is nothing to undo.`);
	return { kind: 'undo', turns: meant };
}

function standing(turns: readonly UndoneTurn[], after: number): UndoneTurn[] {
	const left = turns.filter((turn) => turn.undoneBy === null && hasChanges(turn.state));
	if (left.length > 0) return left;
	throw new RelayError('not_found', `No turn after turn ${after} has changes that are not undone yet.`, {
		hint: 'agent-relay redo brings back what was undone.',
	});
}

/** Throws `refused`: what a turn changes is known when it has ended. */
export function refuseRunning({ state, sessionId }: UndoneTurn): void {
	if (state.status !== 'running') return;
	throw new RelayError('refused', `Turn ${state.turn} has not ended, so what it changed is not known yet.`, {
		hint: `If its relay died, this repairs it first: agent-relay resume ${sessionId.slice(-6)}`,
	});
}

/** Throws `refused` for a turn that changed files nobody kept. */
export function refuseUnknown(turn: UndoneTurn): void {
	if (hasSnapshots(turn)) return;
	const { state } = turn;
	const named = state.files.slice(0, 5).map(({ path }) => path);
	throw new RelayError('refused', `Turn ${state.turn} has no snapshots, so it cannot be undone.`, {
		hint:
			named.length === 0
				? 'Name an earlier one with --turn N.'
				: `Its agent reported changes of ${named.join(', ')}. Undo an earlier turn with --turn N.`,
	});
}

/** Throws `not_found` where nothing was undone, or a turn has changed files since. */
export function chooseRedo({ redoable, redoEndedBy }: UndoHistory): Extract<Chosen, { kind: 'redo' }> {
	const undo = redoable.at(-1);
	if (undo !== undefined) return { kind: 'redo', undo };
	if (redoEndedBy === null)
		throw new RelayError('not_found', 'Nothing is undone, so there is nothing to redo.');
	throw new RelayError(
		'not_found',
		`Turn ${redoEndedBy.state.turn} has changed files since the undo, so nothing can be redone.`,
		{ hint: 'agent-relay show lists what was undone.' },
	);
}

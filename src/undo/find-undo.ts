/** The session that an undo or a redo means if none is named: the one that was used last, of this worktree. */
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import { hasChanges, type UndoHistory, undoHistory } from '../sessions/undo/undo-history.ts';
import { standingTurns } from './choose-steps.ts';

/** An undo further back than that names its session. */
const LOOK = 50;

interface Candidate {
	id: SessionId;
	history: UndoHistory;
}

/** Sessions with turns to undo, the newest use first; those that a later one continues come with it. */
export function* sessionsToUndo(store: SessionStore): Generator<SessionId> {
	for (const { id, history } of candidates(store)) if (standingTurns(history).length > 0) yield id;
}

/** The session of the newest undo that can be redone. Throws `not_found` for none, and if a turn has changed files since. */
export function sessionToRedo(store: SessionStore): SessionId {
	const found = [...candidates(store)];
	const [undone] = found
		.flatMap(({ id, history }) => history.redoable.slice(-1).map(({ step }) => ({ id, at: step.at })))
		.sort((a, b) => (a.at < b.at ? 1 : -1));
	const first = undone ?? found[0];
	if (first === undefined)
		throw new RelayError('not_found', 'There is no session here, so nothing can be redone.');
	if (undone === undefined) return first.id;
	for (const { id, history } of found) {
		const later = history.turns.find(({ state }) => state.started_at > undone.at && hasChanges(state));
		if (later === undefined) continue;
		const what = `Turn ${later.state.turn} of session ${id.slice(-6)} has changed files since the undo.`;
		throw new RelayError('not_found', what, {
			hint: `To redo it all the same: agent-relay redo ${undone.id.slice(-6)}`,
		});
	}
	return undone.id;
}

function* candidates(store: SessionStore): Generator<Candidate> {
	const seen = new Set<string>();
	const { worktree } = store.location.repo;
	for (const { id, meta } of store.list({ worktree, limit: LOOK })) {
		if (seen.has(id) || meta === null) continue;
		const lineage = store.lineage(id);
		for (const entry of lineage) seen.add(entry.meta.id);
		yield { id, history: undoHistory(lineage) };
	}
}

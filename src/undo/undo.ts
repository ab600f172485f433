/**
 * Takes back what turns changed, from the snapshots before and after them, and brings it back again. Only paths that are as the
 * turns left them are written; HEAD, the index and the stash are never touched. Everything is looked at before anything is written,
 * and either all is written or nothing (`edits/`).
 */
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { type UndoneTurn, undoHistory } from '../sessions/undo/undo-history.ts';
import { applyUndo } from './apply-undo.ts';
import {
	chooseRedo,
	chooseTurns,
	hasSnapshots,
	refuseRunning,
	refuseUnknown,
	standingTurns,
} from './choose-steps.ts';
import { planUndo } from './plan-undo.ts';
import type { Chosen, UndoPlan, UndoPolicy, UndoResult, UndoTarget } from './undo-contract.ts';
import type { UndoWork } from './undo-work.ts';

/** What is asked for, of one session. */
export type UndoRequest = { kind: 'undo'; target: UndoTarget } | { kind: 'redo' };

/**
 * Looks only: no lock is taken, and nothing is written. null: there is nothing to undo in the session, or those it continues.
 * Throws like `undo`.
 */
export async function previewUndo(
	id: SessionId,
	request: UndoRequest,
	work: UndoWork,
): Promise<UndoResult | null> {
	const found = await settle(id, request, work);
	return found === null ? null : { ...found.plan.outline, status: 'planned' };
}

/**
 * The caller holds the session. Throws `not_found` where there is nothing to undo or its snapshots are gone, `refused` for a turn
 * that runs or has none, and what writing throws; then nothing was written.
 */
export async function undo(
	session: OpenSession,
	request: UndoRequest,
	policy: UndoPolicy,
	work: UndoWork,
): Promise<UndoResult> {
	const found = await settle(session.id, request, work);
	if (found === null) throw nothingToUndo();
	return applyUndo(found.chosen, found.plan, policy, { session, work });
}

export const nothingToUndo = () =>
	new RelayError('not_found', 'There is nothing to undo: no turn here has changes that are not undone yet.', {
		hint: 'agent-relay show lists what turns changed; one without snapshots cannot be undone.',
	});

interface Settled {
	chosen: Chosen;
	plan: UndoPlan;
}

async function settle(id: SessionId, request: UndoRequest, work: UndoWork): Promise<Settled | null> {
	const history = undoHistory(work.store.lineage(id));
	const planned = async (chosen: Chosen) => ({
		chosen,
		plan: await work.plan(chosen, () => planUndo(chosen, history.turns, work)),
	});
	if (request.kind === 'redo') return planned(chooseRedo(history));
	if (request.target.kind !== 'newest') {
		const found = await planned(chooseTurns(request.target, history, id));
		if (hasWork(found.plan)) return found;
		throw new RelayError('not_found', 'There is nothing to undo: the files are as they were before.', {
			hint: 'agent-relay redo brings back what was undone.',
		});
	}
	const newest = history.turns.at(-1);
	if (newest !== undefined) refuseRunning(newest);
	for (const turn of standingTurns(history)) {
		refuseUnknown(turn);
		const found = await planned({ kind: 'undo', turns: [turn] });
		// Files that somebody has already put back by other means.
		if (hasWork(found.plan)) return withUnknown(found, history.turns.slice(history.turns.indexOf(turn) + 1));
	}
	return null;
}

/** Names newer turns of which nothing is known, and whose changes therefore stay. */
function withUnknown({ chosen, plan }: Settled, newer: readonly UndoneTurn[]): Settled {
	const unknown = newer.filter((turn) => !hasSnapshots(turn)).map(({ state }) => state.turn);
	if (unknown.length === 0) return { chosen, plan };
	const line = `Turn ${unknown.join(', ')} came later and has no snapshots: what it changed stays.`;
	return {
		chosen,
		plan: { ...plan, outline: { ...plan.outline, uncovered: [line, ...plan.outline.uncovered] } },
	};
}

/** False if every path is as wanted already. */
const hasWork = ({ outline: { changes, conflicts, already } }: UndoPlan): boolean =>
	changes.length > 0 || conflicts.length > 0 || already.length === 0;

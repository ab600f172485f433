/**
 * Takes back what turns changed, from the snapshots before and after them, and brings it back again. Only paths that are as the
 * turns left them are written; HEAD, the index and the stash are never touched. Everything is looked at before anything is written,
 * and either all is written or nothing (`edits/`).
 */
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import { openTreeContents, type TreeContents } from '../git/snapshots/tree-contents.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { type UndoHistory, type UndoneTurn, undoHistory } from '../sessions/undo/undo-history.ts';
import { applyUndo } from './apply-undo.ts';
import {
	chooseRedo,
	chooseTurns,
	hasSnapshots,
	refuseRunning,
	refuseUnknown,
	standingTurns,
} from './choose-steps.ts';
import { planUndo, type UndoPlan } from './plan-undo.ts';
import type { Chosen, UndoDeps, UndoPolicy, UndoResult, UndoTarget } from './undo-contract.ts';

/** What is asked for, of one session. */
export type UndoRequest = { kind: 'undo'; target: UndoTarget } | { kind: 'redo' };

/**
 * Looks only: no lock is taken, and nothing is written. null: there is nothing to undo in the session, or those it continues.
 * Throws like `undo`.
 */
export async function previewUndo(
	id: SessionId,
	request: UndoRequest,
	deps: UndoDeps,
): Promise<UndoResult | null> {
	const history = undoHistory(deps.store.lineage(id));
	return withContents(deps, async (contents) => {
		const found = await settle(id, request, history, { contents, deps });
		return found === null ? null : { ...found.plan.outline, status: 'planned' };
	});
}

/**
 * The caller holds the session. Throws `not_found` where there is nothing to undo or its snapshots are gone, `refused` for a turn
 * that runs or has none, and what writing throws; then nothing was written.
 */
export async function undo(
	session: OpenSession,
	request: UndoRequest,
	policy: UndoPolicy,
	deps: UndoDeps,
): Promise<UndoResult> {
	const history = undoHistory(deps.store.lineage(session.id));
	return withContents(deps, async (contents) => {
		const found = await settle(session.id, request, history, { contents, deps });
		if (found === null) throw nothingToUndo();
		return applyUndo(found.chosen, found.plan, policy, { session, contents, deps });
	});
}

export const nothingToUndo = () =>
	new RelayError('not_found', 'There is nothing to undo: no turn here has changes that are not undone yet.', {
		hint: 'agent-relay show lists what turns changed; one without snapshots cannot be undone.',
	});

async function withContents<T>(deps: UndoDeps, act: (contents: TreeContents) => Promise<T>): Promise<T> {
	const { snapshotsFolder: stateFolder, ...rest } = deps;
	const contents = await openTreeContents({ ...rest, stateFolder });
	try {
		return await act(contents);
	} finally {
		contents.release();
	}
}

interface Settled {
	chosen: Chosen;
	plan: UndoPlan;
}

async function settle(
	id: SessionId,
	request: UndoRequest,
	history: UndoHistory,
	{ contents, deps }: { contents: TreeContents; deps: UndoDeps },
): Promise<Settled | null> {
	const planned = async (chosen: Chosen) => ({
		chosen,
		plan: await planUndo(chosen, history.turns, contents, deps),
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

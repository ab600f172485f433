/**
 * Brings the files to what an earlier turn left, for a fork: what later turns of that line of work changed is taken back. The step
 * is recorded in the fork, which can redo it; the sessions of those turns stay as they are.
 */
import { parseSessionId, type SessionId } from '../core/ids.ts';
import { formatPlural } from '../core/plural.ts';
import { childrenOf } from '../sessions/lineage/whole-lineage.ts';
import type { OpenSession, SessionStore } from '../sessions/store/session-store.ts';
import { hasChanges, type UndoneTurn, undoHistory } from '../sessions/undo/undo-history.ts';
import { applyUndo } from './apply-undo.ts';
import { refuseRunning, refuseUnknown } from './choose-steps.ts';
import { planUndo } from './plan-undo.ts';
import type { Chosen, UndoDeps, UndoPlan, UndoPolicy, UndoResult } from './undo-contract.ts';
import { type UndoWork, withUndoWork } from './undo-work.ts';

export interface TurnPlace {
	session: SessionId;
	turn: number;
}

/** Looks only. null: no later turn has changes that stand. Throws `refused` for one that runs, or has no snapshots. */
export function previewBringing(point: TurnPlace, deps: UndoDeps): Promise<UndoResult | null> {
	return withUndoWork(deps, async (work) => {
		const found = await planBringing(point, work);
		return found && { ...found.plan.outline, status: 'planned' };
	});
}

/** `fork`: the session that records it; the caller holds it. Like `previewBringing`, and throws what writing throws. */
export function bringToTurn(
	point: TurnPlace,
	fork: OpenSession,
	policy: UndoPolicy,
	deps: UndoDeps,
): Promise<UndoResult | null> {
	return withUndoWork(deps, async (work) => {
		const found = await planBringing(point, work);
		return found && applyUndo(found.chosen, found.plan, policy, { session: fork, work });
	});
}

async function planBringing(
	point: TurnPlace,
	work: UndoWork,
): Promise<{ chosen: Chosen; plan: UndoPlan } | null> {
	const { later, history } = turnsAfter(point, work.store);
	for (const turn of later) refuseRunning(turn);
	const standing = later.filter((turn) => turn.undoneBy === null && hasChanges(turn.state));
	if (standing.length === 0) return null;
	for (const turn of standing) refuseUnknown(turn);
	const chosen = { kind: 'undo' as const, turns: standing };
	const plan = await planUndo(chosen, history, work);
	const gone = history.filter((turn) => !later.includes(turn) && turn.undoneBy !== null);
	const uncovered = [...undoneLine(gone), ...plan.outline.uncovered];
	return { chosen, plan: { ...plan, outline: { ...plan.outline, uncovered } } };
}

function undoneLine(gone: readonly UndoneTurn[]): string[] {
	if (gone.length === 0) return [];
	const numbers = gone.map(({ state }) => state.turn).join(', ');
	return [
		`${formatPlural(gone.length, 'earlier turn')} (${numbers}) undone since: those changes stay undone.`,
	];
}

/** The turns after the point in its session and in all that continue it, oldest first, and with them those up to it. */
function turnsAfter(
	{ session, turn }: TurnPlace,
	store: SessionStore,
): { later: UndoneTurn[]; history: UndoneTurn[] } {
	const byPlace = new Map<string, UndoneTurn>();
	for (const end of endsOf(session, store))
		for (const one of undoHistory(store.lineage(end)).turns) {
			const key = `${one.sessionId}/${one.state.turn}`;
			const known = byPlace.get(key);
			if (known === undefined || known.undoneBy === null) byPlace.set(key, one);
		}
	const history = [...byPlace.values()].sort((a, b) => (a.state.started_at < b.state.started_at ? -1 : 1));
	const before = new Set<string>(store.lineage(session).map(({ meta }) => meta.id));
	const isLater = ({ sessionId, state }: UndoneTurn) =>
		sessionId === session ? state.turn > turn : !before.has(sessionId);
	return { later: history.filter(isLater), history };
}

/** The sessions that nobody continues, of those that continue `id`; itself if nobody does. */
function endsOf(id: SessionId, store: SessionStore): SessionId[] {
	const children = childrenOf(store.list({ order: 'created', name: null }));
	const found = new Set<SessionId>([id]);
	const ends: SessionId[] = [];
	// The set grows while it is walked.
	for (const one of found) {
		const next = (children.get(one) ?? []).flatMap((child) => parseSessionId(child) ?? []);
		if (next.length === 0) ends.push(one);
		for (const child of next) found.add(child);
	}
	return ends;
}

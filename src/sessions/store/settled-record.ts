/** A session's record as it reads once nobody works on it, for readers that write nothing. Pure. */
import type { LineageEntry } from '../lineage/lineage.ts';
import type { TrueStatus } from '../listing/session-status.ts';
import { participantOf, type TurnState } from '../turns/turn-state.ts';

/**
 * `entry` with what a relay that died could no longer write: the status, the turns each agent had, and the outcome of the last
 * one. An active session's record is returned unchanged.
 */
export function settledRecord<T extends Pick<LineageEntry, 'meta' | 'turns'>>(
	entry: T,
	{ status }: Pick<TrueStatus, 'status'>,
): T {
	if (status === 'active') return entry;
	const { meta } = entry;
	const turns = entry.turns.map(settledTurn);
	const agents = Object.entries(meta.agents).map(([who, known]) => {
		const count = turns.filter((state) => participantOf(state) === who).length;
		return [who, { ...known, turns: Math.max(known.turns, count) }] as const;
	});
	return { ...entry, turns, meta: { ...meta, status, agents: Object.fromEntries(agents) } };
}

/** A turn that nobody is left to end has an unknown outcome, as recovery will say. */
function settledTurn(state: TurnState): TurnState {
	return state.status === 'running' ? { ...state, status: 'outcome_unknown' } : state;
}

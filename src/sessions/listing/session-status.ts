import type { CheckpointReason, SessionMeta } from '../session-meta.ts';
import { isDone } from '../turns/is-done.ts';
import type { TurnState } from '../turns/turn-state.ts';

export interface StatusFacts {
	isLocked: boolean;
	meta: Pick<SessionMeta, 'status' | 'checkpoint' | 'chat'>;
	lastTurn: Pick<TurnState, 'status' | 'stop_reason' | 'packet' | 'trigger'> | null;
	/** A newer turn than `lastTurn`, of which no state can be read; absent or null: there is none. */
	unreadTurn?: number | null;
	/** What the record of a race says, for a race's session, which has no turns of its own; else null. */
	race?: RaceStanding | null;
}

/** `limit`: it ended without a winner, and an entrant can resume after its limit resets. */
export type RaceStanding = 'completed' | 'limit' | 'interrupted';

export interface TrueStatus {
	status: SessionMeta['status'];
	/** Set exactly when checkpointed. */
	reason: CheckpointReason | null;
}

/**
 * What a session is, whatever `meta.json` says (design 4). A held lock: active. Else completed only when the last turn is
 * and no packet waits; else checkpointed, with the recorded reason if that is still about this state. A chat is completed
 * only when its participants agreed.
 */
export function sessionStatus({ isLocked, meta, lastTurn, unreadTurn, race }: StatusFacts): TrueStatus {
	if (isLocked) return { status: 'active', reason: null };
	if (race) return race === 'completed' ? COMPLETED : { status: 'checkpointed', reason: race };
	if (hasUnusedPacket({ meta, lastTurn }))
		return { status: 'checkpointed', reason: meta.checkpoint?.reason ?? 'handoff' };
	if (lastTurn === null) return { status: 'checkpointed', reason: 'interrupted' };
	if (unreadTurn) return { status: 'checkpointed', reason: 'outcome_unknown' };
	if (meta.chat?.agreed === true && lastTurn.trigger === 'chat') return { status: 'completed', reason: null };
	if (isOpenChat({ meta, lastTurn }))
		return { status: 'checkpointed', reason: meta.checkpoint?.reason ?? 'interrupted' };
	const fromTurn = reasonOf(lastTurn);
	if (fromTurn === null) return COMPLETED;
	const recorded =
		meta.status === 'checkpointed' && meta.checkpoint?.packet === null ? meta.checkpoint : null;
	return { status: 'checkpointed', reason: recorded?.reason ?? fromTurn };
}

const COMPLETED: TrueStatus = { status: 'completed', reason: null };

/** True while a written packet was not sent with a turn: the turn that used it names it. */
export function hasUnusedPacket({ meta, lastTurn }: Omit<StatusFacts, 'isLocked'>): boolean {
	const packet = meta.checkpoint?.packet ?? null;
	return packet !== null && lastTurn?.packet !== packet;
}

/** True for a chat that is not over and whose last speaker finished its message. */
function isOpenChat({ meta, lastTurn }: Omit<StatusFacts, 'isLocked'>): boolean {
	return meta.chat?.agreed === false && lastTurn?.trigger === 'chat' && lastTurn.status === 'completed';
}

/** null for a turn that is done. `running` without a lock means that its relay died. */
function reasonOf(turn: Pick<TurnState, 'status' | 'stop_reason'>): CheckpointReason | null {
	const { status } = turn;
	switch (status) {
		case 'completed':
			return isDone(turn) ? null : 'interrupted';
		case 'limited':
			return 'limit';
		case 'failed':
			return 'failed';
		case 'cancelled':
			return 'interrupted';
		case 'timed_out':
			return 'timed_out';
		case 'outcome_unknown':
		case 'running':
			return 'outcome_unknown';
		default:
			return status satisfies never;
	}
}

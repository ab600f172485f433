import { RelayError, type RelayErrorCode } from '../core/errors.ts';
import type { CheckpointReason, SessionMeta } from '../sessions/session-meta.ts';
import { isDone } from '../sessions/turns/is-done.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { ChatOutcome } from './chat/chat-contract.ts';
import type { SendResult } from './conversation-contract.ts';

/** The documented exit codes (README, `agent-relay --help`); the first that applies wins. */
export const EXIT = {
	usage: 64,
	notFound: 4,
	locked: 6,
	refused: 5,
	notInstalled: 127,
	interrupted: 130,
	timedOut: 3,
	checkpointed: 2,
	failed: 1,
	done: 0,
} as const;

const BY_ERROR: Record<RelayErrorCode, number> = {
	usage: EXIT.usage,
	bad_config: EXIT.usage,
	unknown_agent: EXIT.usage,
	unreadable_file: EXIT.usage,
	no_such_session: EXIT.notFound,
	ambiguous_session: EXIT.notFound,
	nothing_to_continue: EXIT.notFound,
	not_found: EXIT.notFound,
	session_locked: EXIT.locked,
	agent_survived: EXIT.locked,
	not_trusted: EXIT.refused,
	not_logged_in: EXIT.refused,
	refused: EXIT.refused,
	newer_version: EXIT.refused,
	nested_too_deep: EXIT.refused,
	agent_not_installed: EXIT.notInstalled,
	damaged_record: EXIT.failed,
	disk_full: EXIT.failed,
	not_writable: EXIT.failed,
	git_failed: EXIT.failed,
	not_started: EXIT.failed,
};

/** A plain error is a bug of ours: failed. */
export function exitCodeOfError(error: unknown): number {
	return error instanceof RelayError ? BY_ERROR[error.code] : EXIT.failed;
}

export function exitCodeOfResult({ outcome, state }: Pick<SendResult, 'outcome' | 'state'>): number {
	switch (outcome) {
		case 'completed':
			return state === null || isDone(state) ? EXIT.done : EXIT.checkpointed;
		case 'limited':
		case 'nobody_left':
		case 'out_of_budget':
			return EXIT.checkpointed;
		case 'cancelled':
			return EXIT.interrupted;
		case 'timed_out':
			return EXIT.timedOut;
		case 'failed':
		case 'outcome_unknown':
		case 'running':
			return EXIT.failed;
		default:
			return outcome satisfies never;
	}
}

/** `winner`: the entrant that won; null if none did, so work is left. */
export function exitCodeOfRace({ winner }: { winner: string | null }): number {
	return winner === null ? EXIT.checkpointed : EXIT.done;
}

export function exitCodeOfChat(outcome: ChatOutcome): number {
	if (outcome === 'agreed') return EXIT.done;
	return outcome === 'interrupted' ? EXIT.interrupted : EXIT.checkpointed;
}

/** What the records of a session that nobody works in say about how it was left. */
interface LeftSession {
	status: SessionMeta['status'];
	reason: CheckpointReason | null;
	lastTurn: Pick<TurnState, 'status' | 'trigger'> | null;
	/** The record of the race that the session is of; else null. */
	race: { winner: string | null } | null;
}

/** The code that `run`, `chat` or `race` ended with, or would have, had nothing but an end of their own ended them. */
export function exitCodeOfSession({ status, reason, lastTurn, race }: LeftSession): number {
	if (race !== null && reason !== 'interrupted') return exitCodeOfRace(race);
	if (status !== 'checkpointed' || reason === null) return EXIT.done;
	const isChat = lastTurn?.trigger === 'chat';
	switch (reason) {
		case 'limit':
		case 'switch':
		case 'handoff':
		case 'max_turns':
		case 'max_budget':
		case 'fork':
		case 'adopted':
			return EXIT.checkpointed;
		case 'interrupted':
			// An answer whose background tasks were stopped leaves work, and was not interrupted itself.
			return lastTurn?.status === 'completed' ? EXIT.checkpointed : EXIT.interrupted;
		case 'timed_out':
			return isChat ? EXIT.checkpointed : EXIT.timedOut;
		case 'failed':
			return isChat ? EXIT.checkpointed : EXIT.failed;
		case 'outcome_unknown':
			return EXIT.failed;
		default:
			return reason satisfies never;
	}
}

/** The first of these that one of several sessions ended with, in the documented order; 0: all are done. */
export function worstExitCode(codes: readonly number[]): number {
	const order = [EXIT.notFound, EXIT.interrupted, EXIT.timedOut, EXIT.checkpointed, EXIT.failed];
	return order.find((code) => codes.includes(code)) ?? EXIT.done;
}

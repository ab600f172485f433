/** The endings of a turn that every adapter reports; which of them a turn met is each CLI's own matter. */
import type { AgentExit, ParsedTurn } from '../agent-adapter.ts';
import type { Limit, StopReason } from '../events.ts';
import { excerptLine } from './excerpt.ts';

export type Judgement = Pick<ParsedTurn, 'outcome' | 'stopReason' | 'error' | 'limit'>;

/** It ended, and what it had done is not known. */
export const UNKNOWN: Judgement = { outcome: 'outcome_unknown', stopReason: null, error: null, limit: null };
export const CANCELLED: Judgement = { ...UNKNOWN, outcome: 'cancelled', stopReason: 'cancelled' };
export const TIMED_OUT: Judgement = { ...UNKNOWN, outcome: 'timed_out', stopReason: 'timed_out' };

export function completed(stopReason: StopReason = 'end_turn'): Judgement {
	return { ...UNKNOWN, outcome: 'completed', stopReason };
}

/** `limit` is null if the relay stopped the agent for one that its own words do not report. */
export function limited(limit: Limit | null): Judgement {
	return { ...UNKNOWN, outcome: 'limited', stopReason: 'limit', limit };
}

/** True where the process ended by itself and says by its exit code that it failed; 128 + n is a signal's. */
export function saysFailed({ exitCode, signal, stopRequested }: AgentExit): boolean {
	if (exitCode === null || exitCode === 0 || signal !== null || stopRequested !== null) return false;
	return !isSignalCode(exitCode);
}

/** 128 + n for the signals that end a process from outside. */
export function isSignalCode(exitCode: number): boolean {
	return [1, 2, 3, 6, 9, 11, 13, 15].includes(exitCode - 128);
}

/** A good end of the stream whose process says that it failed: the exit code is a check, never ignored. */
export function failedAfterAnswer(agent: string, exitCode: number | null): Judgement {
	return failed('crashed', `${agent} answered and then ended with exit code ${exitCode}`);
}

/** `message`: the CLI's words, of any length; their first line is kept. A reason of null is unknown. */
export function failed(stopReason: StopReason | null, message: string): Judgement {
	const error = { code: stopReason ?? 'unknown', message: excerptLine(message) };
	return { ...UNKNOWN, outcome: 'failed', stopReason, error };
}

/** The start was refused for an option of ours that this version does not know; `words` are the CLI's own. */
export function unknownOption(words: string, checkedVersions: string): Judgement {
	return failed(
		'bad_usage',
		`${excerptLine(words, 200)}: this version may be too old, agent-relay was checked with ${checkedVersions}`,
	);
}

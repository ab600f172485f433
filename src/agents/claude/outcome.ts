/** How a claude turn ended: from its result line, else from the relay's own stop, else from what it left behind. */

import type { AgentExit } from '../agent-adapter.ts';
import type { Limit, StopReason } from '../events.ts';
import { countOrNull, type JsonObject, listOrEmpty, textOrNull } from '../reading/json-fields.ts';
import {
	CANCELLED,
	completed,
	failed,
	isSignalCode,
	type Judgement,
	limited,
	TIMED_OUT,
	UNKNOWN,
	unknownOption,
} from '../reading/judgement.ts';
import { limitFromRetry } from '../reading/retry-limit.ts';
import { judgeRefused, limitFromOwnWords, type Retry } from './limits.ts';
import { knownRefusal } from './stderr-rules.ts';

/** The oldest and the newest version that the tests with the real CLI ran against (docs/agents.md says what was seen). */
const CHECKED_VERSIONS = 'Claude Code 2.1.112 to 2.1.332';

/** What the stream showed besides its result line. */
export interface Seen {
	/** A certain limit from a `rate_limit_event`. */
	limit: Limit | null;
	/** One that came when the turn had ended; it counts only where the exit code says that something failed. */
	lateLimit: Limit | null;
	/** Whether an answer came after that limit: another model or paid usage took over. */
	isServedSinceLimit: boolean;
	/** The last retry that no answer followed. */
	retry: Retry | null;
	/** Whether the CLI ever retried a refused login. */
	hasAuthRetry: boolean;
	/** The error name on the CLI's own last (synthetic) message. */
	errorName: string | null;
	/** Who spoke last in the main conversation. */
	lastSpeaker: 'cli' | 'model' | null;
	/** Text of the CLI's own message, as long as the model has said nothing after it. */
	ownWords: string;
	hasCompactionFailed: boolean;
	/** Whether any line of the stream was understood. */
	hasStarted: boolean;
	stderr: string;
	/** Epoch ms. */
	now: () => number;
}

const COMPLETED_REASONS: ReadonlyMap<string, StopReason> = new Map([
	['max_tokens', 'max_tokens'],
	['refusal', 'refusal'],
]);

/** The judgement of a result line; null when it only says that the turn was interrupted, which `judgeEnd` explains. */
export function judgeResult(result: JsonObject, seen: Seen): Judgement | null {
	if (isAborted(result)) return null;
	const subtype = textOrNull(result.subtype) ?? '';
	if (result.is_error !== true && !subtype.startsWith('error_')) {
		const spoken = spokenLimit(seen);
		return spoken === null ? completedBy(result) : limited(spoken);
	}
	const message = resultMessage(result);
	switch (subtype) {
		case 'error_max_turns':
			return failed('max_turns', message);
		case 'error_max_budget_usd':
			return failed('max_budget', message);
		case 'error_during_execution':
			return refused(message);
	}
	const limit = limitBehind(result, seen);
	return limit === null ? failed(failureReason(result, seen), message) : limited(limit);
}

/** An event says what kind of limit it is; if it names no window, the result line may know more. */
export function limitBehind(result: JsonObject, seen: Seen): Limit | null {
	const standing = standingLimit(seen);
	if (standing !== null && !isUnnamed(standing)) return standing;
	const refused = refusedRequest(result, seen);
	return refused === null ? standing : 'limit' in refused ? refused.limit : null;
}

function refusedRequest(result: JsonObject, seen: Seen) {
	const { errorName, retry, now } = seen;
	return judgeRefused({ result, errorName, words: ownWords(seen, result), retry, now: now() });
}

function isUnnamed(limit: Limit): boolean {
	return limit.window === null && limit.resetAt === null;
}

/**
 * The limit in the CLI's own words: on its synthetic message, or on a failed result line before which the model said
 * nothing. A result line can also hold the model's words.
 */
function spokenLimit(seen: Seen): Limit | null {
	const words = ownWords(seen);
	return words === null ? null : limitFromOwnWords(words, seen.now());
}

function ownWords(seen: Seen, failedResult?: JsonObject): string | null {
	if (seen.lastSpeaker === 'model') return null;
	return seen.lastSpeaker === 'cli' ? seen.ownWords : textOrNull(failedResult?.result);
}

/** The judgement of a turn without a result line of its own (or with one that says "interrupted"). */
export function judgeEnd(exit: AgentExit, isAbortedByResult: boolean, seen: Seen): Judgement {
	switch (exit.stopRequested) {
		case 'cancelled':
			return CANCELLED;
		case 'timed_out':
			return TIMED_OUT;
		case 'limited':
			return limited(seen.limit ?? limitFromRetry(seen.retry, 'account'));
		case 'failed':
			return seen.hasAuthRetry
				? failed('auth', 'the login was refused')
				: failed(null, 'stopped by the relay');
	}
	const limit = standingLimit(seen) ?? spokenLimit(seen);
	if (limit !== null) return limited(limit);
	if (isAbortedByResult) return CANCELLED;
	if (exit.exitCode === null || exit.exitCode === 0 || exit.signal !== null || isSignalCode(exit.exitCode))
		return UNKNOWN;
	if (seen.hasStarted) return failed('crashed', `claude ended with exit code ${exit.exitCode} in mid-turn`);
	return refused(seen.stderr || `claude ended with exit code ${exit.exitCode}`);
}

export function standingLimit(seen: Seen): Limit | null {
	return seen.isServedSinceLimit ? null : seen.limit;
}

function completedBy(result: JsonObject): Judgement {
	const reported = COMPLETED_REASONS.get(textOrNull(result.stop_reason) ?? '');
	return completed(reported);
}

/** Judged by the CLI's own words, if they are known. */
function refused(words: string): Judgement {
	const refusal = knownRefusal(words);
	if (refusal === null) return failed(null, words);
	const { reason, sentence } = refusal;
	return /^error: (?:unknown option|option ')/.test(sentence)
		? unknownOption(sentence, CHECKED_VERSIONS)
		: failed(reason, sentence);
}

export function isAborted(result: JsonObject): boolean {
	return (
		result.subtype === 'error_during_execution' && /^aborted_/.test(textOrNull(result.terminal_reason) ?? '')
	);
}

function resultMessage(result: JsonObject): string {
	const errors = listOrEmpty(result.errors).filter((text) => typeof text === 'string');
	return textOrNull(result.result) ?? errors.join(' ');
}

export function failureReason(result: JsonObject, seen: Seen): StopReason | null {
	const refused = refusedRequest(result, seen);
	if (refused !== null && 'stopReason' in refused) return refused.stopReason;
	if (seen.errorName === 'invalid_request' && isTooLong(result, seen)) return 'context_too_long';
	if (countOrNull(result.api_error_status) !== null || seen.errorName !== null) return 'api_error';
	return seen.lastSpeaker === 'cli' ? reasonInWords(seen.ownWords) : null;
}

/** For versions that report neither status nor error name. */
function reasonInWords(words: string): StopReason | null {
	return knownRefusal(words)?.reason ?? (words.startsWith('API Error') ? 'api_error' : null);
}

/** In mid-turn the CLI compacts first and names no reason; the sentence is its own (the line's `is_error` is true). */
function isTooLong(result: JsonObject, seen: Seen): boolean {
	return seen.hasCompactionFailed || /^Prompt is too long\b/.test(textOrNull(result.result) ?? '');
}

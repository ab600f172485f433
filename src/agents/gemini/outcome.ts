/** How a gemini turn ended: by its result line and exit code, else by the relay's stop, else by what it left behind. */
import stripAnsi from 'strip-ansi';
import type { AgentExit } from '../agent-adapter.ts';
import type { Limit, StopReason } from '../events.ts';
import { type JsonObject, objectOrEmpty, objectOrNull, textOrNull } from '../reading/json-fields.ts';
import { judgeStop } from '../reading/judge-stop.ts';
import {
	CANCELLED,
	completed,
	failed,
	failedAfterAnswer,
	type Judgement,
	limited,
	saysFailed,
	UNKNOWN,
	unknownOption,
} from '../reading/judgement.ts';
import { limitFromRetry } from '../reading/retry-limit.ts';
import { type Asked, geminiLimit, judgeFailure, type Retry } from './limits.ts';
import type { ApiError } from './stream/telemetry.ts';

/** The oldest and the newest version that the tests with the real CLI ran against (docs/agents.md says what was seen). */
const CHECKED_VERSIONS = 'Gemini CLI 0.45.2 to 0.61.0';

export interface Seen {
	hasStarted: boolean;
	/** The result line, null when there was none. */
	result: JsonObject | null;
	/** Messages of the stream's own `error` lines, in order. */
	errors: readonly string[];
	/** A certain limit seen on stderr, as long as no answer followed it. */
	limit: Limit | null;
	/** The last retry that no answer followed. */
	retry: Retry | null;
	/** The error object the CLI printed at its end, or ''. */
	dump: string;
	/** The last refused request in the telemetry, as long as no answer followed it. */
	apiError: ApiError | null;
	/** Start of stderr. */
	stderr: string;
	asked: Asked;
}

/** 130 is the CLI's own word for a cancelled request, 144 and up stand for HTTP 400 and up; others may be a signal. */
export function claimsExitCode(code: number): boolean {
	return code === 130 || code >= 144;
}

/** HTTP 400–511 from the exit code (status modulo 256), or null. */
function statusOfExit(code: number | null): number | null {
	return code !== null && code >= 144 && code <= 255 ? code + 256 : null;
}

/** The judgement of a successful result line, final as soon as it is read; null when the end of the process decides. */
export function judgeSuccess(result: JsonObject, errors: readonly string[]): Judgement | null {
	if (result.status !== 'success') return null;
	const loop = errors.find((message) => message.startsWith('Loop detected'));
	if (loop !== undefined) return failed('loop_detected', loop);
	const turns = errors.find((message) => message.startsWith('Maximum session turns exceeded'));
	if (turns !== undefined) return failed('max_turns', turns);
	return completed();
}

/** `reported`: from a successful result line. An exit code that says otherwise is checked: it may be an HTTP status. */
export function judgeTurn(exit: AgentExit, reported: Judgement | null, seen: Seen): Judgement {
	if (reported === null) return judgeEnd(exit, seen);
	const isContradicted = reported.outcome === 'completed' && saysFailed(exit) && exit.exitCode !== 130;
	return isContradicted ? judgeContradiction(exit, seen) : reported;
}

function judgeContradiction(exit: AgentExit, seen: Seen): Judgement {
	const judged = judgeOwnDeath(exit, seen);
	return judged.outcome === 'limited' || judged.stopReason !== 'crashed'
		? judged
		: failedAfterAnswer('gemini', exit.exitCode);
}

function judgeEnd(exit: AgentExit, seen: Seen): Judgement {
	if (seen.result !== null && seen.result.status === 'error') return judgeError(exit, seen.result, seen);
	const limit = seen.limit ?? limitFromRetry(seen.retry, null);
	const stopped = judgeStop(exit.stopRequested, { agent: 'gemini', limit, retry: seen.retry });
	if (stopped !== null) return stopped;
	return seen.limit === null ? judgeOwnDeath(exit, seen) : limited(seen.limit);
}

const REASON_BY_TYPE: ReadonlyMap<string, StopReason> = new Map([
	['FatalTurnLimitedError', 'max_turns'],
	['FatalAuthenticationError', 'auth'],
	['FatalConfigError', 'bad_config'],
	['FatalSandboxError', 'bad_environment'],
	['FatalUntrustedWorkspaceError', 'bad_environment'],
]);

/** The sentences of an `error` line before a result without an error of its own. */
const REASON_BY_SENTENCE: ReadonlyArray<readonly [RegExp, StopReason]> = [
	[/^The model response was blocked\b/, 'refusal'],
	[/^Model response was truncated because it exceeded the token limit/, 'max_tokens'],
	[/^The model returned (?:an empty response|reasoning thoughts but no final response)/, 'empty_answer'],
];

function judgeError(exit: AgentExit, result: JsonObject, seen: Seen): Judgement {
	const error = objectOrNull(result.error);
	if (error === null) return judgeInvalidStream(seen.errors.at(-1) ?? 'gemini gave no answer');
	const message = textOrNull(error.message) ?? '';
	const byType = REASON_BY_TYPE.get(textOrNull(error.type) ?? '');
	if (byType !== undefined) return failed(byType, message);
	if (exit.stopRequested === 'cancelled' && textOrNull(error.type) === 'FatalCancellationError')
		return CANCELLED;
	const verdict = judgeFailure(statusOf(exit.exitCode, seen), wordsOf(message, seen), seen.asked);
	if (verdict?.kind === 'limit') return limited(geminiLimit(verdict, 'result', 'result', message));
	return failed(verdict?.stopReason ?? reasonOf(message, seen.dump), message);
}

function statusOf(exitCode: number | null, { dump, apiError }: Seen): number | null {
	return statusOfExit(exitCode) ?? statusOfDump(dump) ?? apiError?.status ?? null;
}

const wordsOf = (said: string, { dump, apiError }: Seen) => ({ said, dump, body: apiError?.body ?? '' });

function judgeInvalidStream(sentence: string): Judgement {
	const reason = REASON_BY_SENTENCE.find(([pattern]) => pattern.test(sentence))?.[1];
	return failed(reason ?? 'api_error', sentence);
}

/**
 * The error object's own status, or the `code` of its cause, for when the exit code does not give it (529 and above, a
 * wrapper's own code, and versions before about 0.5x, which end with 1 and call the error unknown).
 */
function statusOfDump(dump: string): number | null {
	const status = /^ {2}status: (\d{3}),?$/m.exec(dump)?.[1] ?? /^ {4}code: (\d{3}),?$/m.exec(dump)?.[1];
	if (status !== undefined) return Number(status);
	return /^Error when talking to Gemini API\b.* (?:Terminal|Retryable)QuotaError:/.test(dump) ? 429 : null;
}

function reasonOf(message: string, dump: string): StopReason {
	if (/^Error when talking to Gemini API\b.* ModelNotFoundError:/.test(dump)) return 'model_not_found';
	return /^\[API Error: models\/\S+ is not found for API version\b/.test(message)
		? 'model_not_found'
		: 'api_error';
}

const REASON_BY_EXIT: ReadonlyMap<number, StopReason> = new Map([
	[41, 'auth'],
	[42, 'bad_usage'],
	[44, 'bad_environment'],
	[52, 'bad_config'],
	[53, 'max_turns'],
	[55, 'bad_environment'],
]);

/** A turn that had begun may have done anything. One that printed nothing and exited by itself never began. */
function judgeOwnDeath(exit: AgentExit, seen: Seen): Judgement {
	const code = exit.exitCode ?? 0;
	if (exit.signal !== null || code === 0 || code === 130) return UNKNOWN;
	const stderr = stripAnsi(seen.stderr);
	const message = ownLine(stderr) ?? `gemini ended with exit code ${code}`;
	const status = statusOf(code, seen);
	const verdict = judgeFailure(status, wordsOf(seen.hasStarted ? '' : message, seen), seen.asked);
	if (verdict?.kind === 'limit') return limited(geminiLimit(verdict, 'exit', 'exit', message));
	if (status === 401 || status === 403) return failed(verdict?.stopReason ?? 'auth', message);
	const byExit = REASON_BY_EXIT.get(code);
	if (seen.hasStarted) return failed(byExit ?? 'crashed', `gemini ended with exit code ${code} in mid-turn`);
	const option = /^Unknown arguments?:[^\n]*/m.exec(stderr)?.[0];
	if (code === 1 && option !== undefined) return unknownOption(option, CHECKED_VERSIONS);
	return failed(startReason(code, stderr) ?? byExit ?? verdict?.stopReason ?? 'crashed', message);
}

/** The CLI's own refusals to start; exit 42 and 1 stand for several. */
function startReason(code: number, stderr: string): StopReason | null {
	if (code === 42 && /^Error resuming session:/m.test(stderr)) return 'unknown_session';
	if (code === 42 && /^Error starting session: .* already exists\b/m.test(stderr)) return 'session_in_use';
	if (isRefusedLogin(stderr)) return 'auth';
	const isBadUsage = /^(?:Not enough (?:non-option )?arguments|Invalid values:)/m.test(stderr);
	return code === 1 && isBadUsage ? 'bad_usage' : null;
}

/** The CLI's own words around an error of its login; an unreachable login server has refused nothing. */
function isRefusedLogin(stderr: string): boolean {
	const line = /^(?:Error authenticating:|Failed to login\.) ([^\n]*)/m.exec(stderr)?.[1];
	return line !== undefined && !TRANSPORT.test(line);
}

const TRANSPORT =
	/\b(?:ENOTFOUND|ECONN\w+|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|getaddrinfo|socket hang up|fetch failed|network|timed? ?out)\b/i;

/** Lines that the CLI, its libraries and Node print at every start; one is from the telemetry library. */
const CHATTER =
	/^(?:Warning: |YOLO mode is enabled|Ripgrep is not available|\[STARTUP\]|Approval mode overridden|Loaded cached credentials|\(node:\d+\) |\(Use `node |The '\w+' option is deprecated\.)/;

/** The first line that says why. */
function ownLine(stderr: string): string | null {
	const lines = stderr.split('\n').map((line) => line.trim());
	return lines.find((line) => line !== '' && !CHATTER.test(line)) ?? null;
}

/** An error's own words from the stream, for an event. */
export function resultMessage(result: JsonObject): string | null {
	return textOrNull(objectOrEmpty(result.error).message);
}

/** How an opencode turn ended: by its last error or step, else by the relay's stop, else by what it left behind. */
import stripAnsi from 'strip-ansi';
import type { AgentExit } from '../agent-adapter.ts';
import type { Limit, StopReason } from '../events.ts';
import { type JsonObject, objectOrEmpty, textOrNull } from '../reading/json-fields.ts';
import { judgeStop } from '../reading/judge-stop.ts';
import {
	completed,
	failed,
	failedAfterAnswer,
	type Judgement,
	limited,
	UNKNOWN,
	unknownOption,
} from '../reading/judgement.ts';
import { type Asked, judgeError, limitFromRetry, type Retry } from './limits.ts';

/** The oldest and the newest version that the tests with the real CLI ran against (docs/agents.md says what was seen). */
const CHECKED_VERSIONS = 'OpenCode 1.14.41 to 1.18.33';

export interface Seen {
	hasStarted: boolean;
	/** The error of the last `error` line, as long as no step followed it. */
	error: JsonObject | null;
	/** Whether there ever was one: after it the CLI ends with 1, whatever follows. */
	hasFailed: boolean;
	/** `reason` of the last `step_finish`, null when a later step is open or none ended. */
	finish: string | null;
	/** The step of that reason had a call that was rejected because nobody could be asked. */
	isRejected: boolean;
	/** A certain limit from the plugin, as long as no step followed it. */
	limit: Limit | null;
	retry: Retry | null;
	stderr: string;
	asked: Asked;
}

export function judgeEnd(exit: AgentExit, seen: Seen): Judgement {
	if (seen.error !== null && exit.stopRequested === null) return judgeLastError(seen.error, seen.asked);
	const limit = seen.limit ?? limitFromRetry(seen.retry, seen.asked.now);
	const stopped = judgeStop(exit.stopRequested, { agent: 'opencode', limit, retry: seen.retry });
	if (stopped !== null) return stopped;
	return judgeOwnEnd(exit, seen);
}

function judgeLastError(error: JsonObject, asked: Asked): Judgement {
	const verdict = judgeError(error, asked);
	return 'limit' in verdict ? limited(verdict.limit) : failed(verdict.stopReason, errorMessage(error));
}

function judgeOwnEnd(exit: AgentExit, seen: Seen): Judgement {
	if (seen.error !== null) return judgeLastError(seen.error, seen.asked);
	const isOwnExit = exit.signal === null && exit.exitCode !== null;
	if (isOwnExit && seen.finish !== null) return judgeFinish(seen.finish, exit.exitCode ?? 0, seen);
	if (seen.limit !== null) return limited(seen.limit);
	if (!isOwnExit || exit.exitCode === 0) return UNKNOWN;
	if (seen.hasStarted) return failed('crashed', `opencode ended with exit code ${exit.exitCode} in mid-turn`);
	const stderr = stripAnsi(seen.stderr);
	const message = ownLine(stderr) ?? `opencode ended with exit code ${exit.exitCode}`;
	const isUsage = /^opencode run \[message\.\.\]/m.test(stderr);
	if (isUsage) return unknownOption('opencode did not take the options it was given', CHECKED_VERSIONS);
	return failed(startReason(stderr), message);
}

/** Exit 1 after a good last step: an error before it was overcome (a compaction). Without one it is unexplained. */
function judgeFinish(reason: string, exitCode: number, seen: Seen): Judgement {
	if (exitCode !== 0 && !seen.hasFailed && reason !== 'tool-calls')
		return failedAfterAnswer('opencode', exitCode);
	if (reason === 'stop') return completed('end_turn');
	if (reason === 'length') return completed('max_tokens');
	if (reason === 'content-filter') return completed('refusal');
	if (reason === 'tool-calls' && exitCode === 0) {
		const words = seen.isRejected
			? 'a tool call needed a permission, and there was nobody to give it'
			: 'the turn stopped after a tool call';
		return failed('permission_rejected', words);
	}
	return exitCode === 0 && reason !== 'tool-calls'
		? UNKNOWN
		: failed('crashed', `opencode ended with exit code ${exitCode} in mid-turn`);
}

/** The CLI's own refusals to start, read only when no session began. */
function startReason(stderr: string): StopReason {
	if (/^(?:Error: )?Session not found/m.test(stderr)) return 'unknown_session';
	if (/^(?:Error: )?(?:ConfigInvalidError|Configuration is invalid|Config file at )/m.test(stderr))
		return 'bad_config';
	if (/^(?:Error: )?Failed to change directory/m.test(stderr)) return 'bad_environment';
	return /^(?:Error: )?You must provide a message/m.test(stderr) ? 'bad_usage' : 'crashed';
}

function ownLine(stderr: string): string | null {
	const lines = stderr.split('\n').map((line) => line.trim());
	return lines.find((line) => line !== '' && !line.startsWith('\u001e')) ?? null;
}

export function errorMessage(error: JsonObject): string {
	const message = textOrNull(objectOrEmpty(error.data).message) ?? textOrNull(error.message);
	return message ?? textOrNull(error.name) ?? 'opencode failed without a message';
}

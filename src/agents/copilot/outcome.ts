/** How a Copilot turn ended: by its `session.error`, else by its result line, else by the relay's stop, else by what it left behind. */
import type { AgentExit, NativeFacts } from '../agent-adapter.ts';
import type { Limit, StopReason } from '../events.ts';
import { type JsonObject, numberOrNull, textOrNull, writtenJson } from '../reading/json-fields.ts';
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
import { copilotLimit, type Failure, judgeRefusal, type Retry } from './limits.ts';

/** The oldest and the newest version that the tests with the real CLI ran against (docs/agents.md says what was seen). */
const CHECKED_VERSIONS = 'GitHub Copilot CLI 1.0.102';

export interface Seen {
	/** The judgement of `session.error`, which wins over everything. */
	error: Judgement | null;
	/** The result line's exit code, null when there was none. */
	resultCode: number | null;
	/** An `abort` or an aborted idle. */
	isAborted: boolean;
	/** A request was sent, or something was done. */
	isWorking: boolean;
	/** A certain limit and the newest retry, as long as no answer followed them. */
	limit: Limit | null;
	retry: Retry | null;
	/** Start of stderr. */
	stderr: string;
}

/** What a `session.error` of the main conversation says. `failure`: the last refused request, if no answer followed it. */
export function judgeSessionError(
	data: JsonObject,
	known: { failure: Failure | null; isOverBudget: boolean; at: number },
): Judgement {
	const message = textOrNull(data.message) ?? 'Copilot reported an error without words';
	const status = numberOrNull(data.statusCode);
	if (known.isOverBudget && status === null) return failed('max_budget', message);
	const failure = known.failure ?? unseenFailure(status, known.at);
	const code = textOrNull(data.errorCode);
	const verdict = judgeRefusal({ ...failure, status: status ?? failure.status }, { code, message });
	if (verdict?.kind === 'limit') return limited(copilotLimit(verdict, 'session.error', writtenJson(data)));
	if (verdict !== null) return failed(verdict.stopReason, message);
	const type = textOrNull(data.errorType) ?? '';
	if (/^auth(?:entication|orization)$/.test(type)) return failed('auth', message);
	if (known.failure === null && /^No response was returned\b/.test(message))
		return failed('empty_answer', message);
	return failed('api_error', message);
}

function unseenFailure(status: number | null, at: number): Failure {
	const unknown = { code: null, type: null, body: '', model: null, attempt: null };
	return { ...unknown, status, isTransport: false, isOwnProvider: false, quotas: [], at, written: '' };
}

export function judgeTurn(exit: AgentExit, seen: Seen, native: NativeFacts | null): Judgement {
	if (seen.error !== null) return seen.error;
	if (seen.resultCode === 0 && !seen.isAborted)
		return saysFailed(exit) ? failedAfterAnswer('copilot', exit.exitCode) : completed(finishReason(native));
	const limit = seen.limit ?? limitFromRetry(seen.retry, null);
	const stopped = judgeStop(exit.stopRequested, { agent: 'copilot', limit, retry: seen.retry });
	if (stopped !== null) return stopped;
	if (seen.limit !== null) return limited(seen.limit);
	return seen.isAborted ? CANCELLED : judgeOwnDeath(exit, seen);
}

/** Only the record knows that an answer was cut, or replaced by a sentence of the CLI's. */
function finishReason(native: NativeFacts | null): StopReason {
	if (native?.errorCode === 'finish:length') return 'max_tokens';
	return native?.errorCode === 'finish:content_filter' ? 'refusal' : 'end_turn';
}

interface StartupRule {
	pattern: RegExp;
	stopReason: StopReason;
}

/** Only for a run that sent no request: Copilot refused to start the turn. */
const STARTUP_RULES: readonly StartupRule[] = [
	{
		pattern:
			/^(?:Error: )?(?:No authentication information found|Authentication failed|Classic Personal Access Tokens)/m,
		stopReason: 'auth',
	},
	// The second also of a record that is torn.
	{
		pattern: /^(?:Error: )?No session\b|^(?:Error: )?Session '[^']*' was found but could not be loaded/m,
		stopReason: 'unknown_session',
	},
	{ pattern: /\bfrom --model flag is not available\b/, stopReason: 'model_not_found' },
	{ pattern: /^error: |^(?:Error: )?No prompt provided\b|^(?:Error: )?No model\b/m, stopReason: 'bad_usage' },
	{ pattern: /\bnetwork fetch failed\b/, stopReason: 'api_error' },
];

/** A turn that had begun may have done anything. One that sent nothing and exited by itself never began. */
function judgeOwnDeath(exit: AgentExit, { isWorking, resultCode, stderr }: Seen): Judgement {
	if (resultCode !== null && resultCode !== 0)
		return failed('crashed', `copilot ended its turn with exit code ${resultCode}`);
	if (exit.signal !== null || (exit.exitCode ?? 0) === 0 || isWorking) return UNKNOWN;
	const words = firstLine(stderr) ?? `copilot ended with exit code ${exit.exitCode}`;
	if (/^error: unexpected argument\b/.test(words)) return unknownOption(words, CHECKED_VERSIONS);
	return failed(STARTUP_RULES.find(({ pattern }) => pattern.test(stderr))?.stopReason ?? 'crashed', words);
}

function firstLine(stderr: string): string | null {
	return (
		stderr
			.split('\n')
			.map((line) => line.trim())
			.find((line) => line !== '') ?? null
	);
}

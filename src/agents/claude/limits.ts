/**
 * The evidence of claude, in order of trust: its `rate_limit_event`, then what the result line and its own synthetic message
 * say (`evidence/judge-evidence.ts`), then its retry lines. No rule reads text that may be somebody else's: the sentences of
 * real limits also occur in answers, files and tool output.
 */
import type { AgentEvent, Limit, LimitSource, StopReason, Utilization } from '../events.ts';
import { judgeEvidence, limitOf, type Verdict } from '../evidence/judge-evidence.ts';
import { meaningOfWord } from '../evidence/machine-words.ts';
import { excerptLine } from '../reading/excerpt.ts';
import {
	countOrNull,
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	secondsToEpochMs,
	textOrNull,
	writtenJson,
} from '../reading/json-fields.ts';
import { limitFromRetry } from '../reading/retry-limit.ts';
import { evidenceInWords, windowInWords } from './limit-words.ts';

/** More windows than any plan has. */
const MAX_WINDOWS = 20;

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/**
 * A limit from `rate_limit_info`, or null when the request was served: `allowed`, `allowed_warning`, and `rejected` while
 * paid extra usage serves, or during the grace in which 2.1.330 may finish its work (the result line reports a refusal after
 * that). Without `resetsAt` it is the server's throttle, not the plan's window (seen with a 429 that
 * carried no unified headers), unless one of the windows it lists is used up.
 */
export function limitFromEvent(info: JsonObject, model: string | null): Limit | null {
	const isServedByOverage = info.isUsingOverage === true && info.overageStatus !== 'rejected';
	if (info.status !== 'rejected' || isServedByOverage || info.rateLimitGraceActive === true) return null;
	const spent = info.resetsAt === undefined ? spentWindow(info) : null;
	const resetAt = secondsToEpochMs(info.resetsAt) ?? spent?.resetAt ?? null;
	const window = windowName(info) ?? spent?.window ?? null;
	// The organization switched it off: nothing is used up, and no reset ends it.
	if (window === 'overage' && info.overageDisabledReason === 'org_service_level_disabled') return null;
	const isWindow = resetAt !== null || window !== null;
	// Usage beyond the plan is bought; a full plan window stays one, whatever could be bought.
	const isBought = window === 'overage' || (window === null && info.errorCode === 'credits_required');
	return {
		kind: isBought ? 'billing' : isWindow ? 'window' : 'rate',
		resetAt,
		window,
		scope: window !== null && isModelWindow(window, model) ? 'model' : 'account',
		source: source(
			'event',
			isWindow ? 'rate_limit_event.rejected' : 'rate_limit_event.rejected_without_window',
			info,
		),
		confidence: resetAt === null ? 'estimated' : 'exact',
	};
}

/** How full the named window is, and each of the `unifiedWindows` that newer versions list; empty without a figure. */
export function utilizationFromEvent(info: JsonObject): Utilization[] {
	const named = usage(windowName(info), info);
	const listed = listedWindows(info).filter(({ window }) => window !== named[0]?.window);
	return [...named, ...listed];
}

function listedWindows(info: JsonObject): Utilization[] {
	const windows = Object.entries(objectOrEmpty(info.unifiedWindows)).slice(0, MAX_WINDOWS);
	return windows.flatMap(([name, window]) => usage(excerptLine(name, 100), objectOrEmpty(window)));
}

function usage(window: string | null, reported: JsonObject): Utilization[] {
	const ratio = numberOrNull(reported.utilization);
	if (window === null || ratio === null || ratio < 0) return [];
	return [{ window, ratio, resetAt: secondsToEpochMs(reported.resetsAt) }];
}

/** The listed window that is used up; of two, the one that opens later, because both must be open again. */
function spentWindow(info: JsonObject): Utilization | null {
	const spent = listedWindows(info).filter(({ ratio }) => ratio >= 1);
	return spent.toSorted((one, other) => (other.resetAt ?? 0) - (one.resetAt ?? 0))[0] ?? null;
}

function windowName(info: JsonObject): string | null {
	const name = textOrNull(info.rateLimitType);
	return name === null || name === '' ? null : excerptLine(name, 100);
}

/** `seven_day_overage_included` is shown as "Fable 5 limit" by 2.1.197. */
const MODEL_WINDOWS: ReadonlySet<string> = new Set(['seven_day_overage_included']);
const MODEL_FAMILIES: ReadonlySet<string> = new Set(['opus', 'sonnet', 'haiku', 'fable']);

/** True for a window of one model: its name ends in a family, known or that of the model in use (`seven_day_opus`). */
function isModelWindow(window: string, model: string | null): boolean {
	const family = window.split('_').at(-1) ?? '';
	if (MODEL_WINDOWS.has(window) || MODEL_FAMILIES.has(family)) return true;
	return /^[a-z]{4,}$/.test(family) && (model?.split(/[-.[]/).includes(family) ?? false);
}

/** A failed request as the result line and claude's own message report it. */
export interface RefusedRequest {
	result: JsonObject;
	/** The error name on claude's own message. */
	errorName: string | null;
	/** claude's own words; null if the model spoke last. */
	words: string | null;
	retry: Retry | null;
	/** Epoch ms. */
	now: number;
}

/** The cause of a failed result line; null if unknown. */
export function judgeRefused(request: RefusedRequest): { limit: Limit } | { stopReason: StopReason } | null {
	const { result, errorName, words, retry, now } = request;
	const status = countOrNull(result.api_error_status);
	const inWords = words === null ? {} : evidenceInWords(words, now);
	// A plan's window or a spend cap: `usage_limit_reached` stands for both, and claude's sentence says which.
	const ownVerdict = judgeEvidence({ ownSentence: inWords.ownSentence ?? null }, now);
	const namesLimit = ownVerdict?.kind === 'limit';
	const verdict = judgeEvidence(
		{
			...inWords,
			words: [...namesIn(result, errorName), ...(inWords.words ?? [])].filter(
				(word) => !(namesLimit && word === 'usage_limit_reached'),
			),
			// Here 503 is only a failing server (claude calls it that).
			status: status === 503 ? null : (status ?? inWords.status ?? null),
		},
		now,
	);
	const evidence = { api_error_status: status, error: errorName, result: textOrNull(result.result) };
	if (verdict !== null) return fromVerdict(verdict, words, 'result', writtenJson(evidence));
	if (status !== null || retry?.reason !== 'overloaded') return null;
	const overloaded = limitFromRetry(retry, 'account');
	return overloaded === null ? null : { limit: overloaded };
}

/** The machine words of a result line, the most specific first. */
function namesIn(result: JsonObject, errorName: string | null): string[] {
	const names = [
		result.stop_reason,
		result.terminal_reason,
		result.api_error,
		errorName,
		result.api_error_type,
	];
	return names.filter((name) => typeof name === 'string');
}

/** The limit that claude's own sentence reports (`now`: epoch ms); null when no rule matches. */
export function limitFromOwnWords(words: string, now: number): Limit | null {
	const verdict = judgeEvidence(evidenceInWords(words, now), now);
	if (verdict === null) return null;
	const judged = fromVerdict(verdict, words, 'result.words', words);
	return 'limit' in judged ? judged.limit : null;
}

function fromVerdict(
	verdict: Verdict,
	words: string | null,
	at: string,
	matched: string,
): { limit: Limit } | { stopReason: StopReason } {
	if (verdict.kind === 'failure') return { stopReason: verdict.stopReason };
	const limit = limitOf(verdict, { agent: 'claude', channel: 'result', at, matched });
	const named = limit.kind === 'window' ? windowInWords(words ?? '') : null;
	return { limit: named === null ? limit : { ...limit, ...named } };
}

/** An `api_retry` line as an event. */
export function retryFromLine(line: JsonObject): Retry {
	const delayMs = numberOrNull(line.retry_delay_ms);
	const reason = retryReason(textOrNull(line.error), countOrNull(line.error_status));
	return {
		type: 'retry',
		reason,
		attempt: countOrNull(line.attempt),
		maxAttempts: countOrNull(line.max_retries),
		delayMs: delayMs === null || delayMs < 0 ? null : Math.round(delayMs),
		source: source('event', `api_retry.${reason}`, {
			attempt: line.attempt,
			retry_delay_ms: line.retry_delay_ms,
			error_status: line.error_status,
			error: line.error,
		}),
	};
}

function retryReason(error: string | null, status: number | null): Retry['reason'] {
	const meaning = error === null ? null : meaningOfWord(error)?.meaning;
	if (status === 401 || status === 403 || (meaning && 'failure' in meaning && meaning.failure === 'auth'))
		return 'auth';
	// Before its name: 2.1.112 calls a 529 `rate_limit`.
	if (error === 'overloaded' || status === 529) return 'overloaded';
	if (error === 'rate_limit' || status === 429) return 'rate';
	return status === null ? 'network' : 'server';
}

function source(channel: LimitSource['channel'], rule: string, matched: unknown): LimitSource {
	return { channel, rule: `claude:${rule}`, excerpt: excerptLine(writtenJson(matched)) };
}

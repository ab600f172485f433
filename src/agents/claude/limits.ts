/**
 * The limit rules of claude, in order of trust: its `rate_limit_event`, then what the result line says (HTTP status and
 * the error name on its own synthetic message, and where a version tells neither, its own sentence), then its retry lines.
 * No rule reads text that may be another's: the sentences of real limits also occur in answers, files and tool output.
 */
import type { AgentEvent, Limit, LimitKind, LimitSource, Utilization } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import {
	countOrNull,
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	secondsToEpochMs,
	textOrNull,
} from '../json-fields.ts';
import { limitFromWords } from './limit-words.ts';

/** More windows than any plan has. */
const MAX_WINDOWS = 20;

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/**
 * A limit from `rate_limit_info`, or null when the request was served: `allowed`, `allowed_warning`, and `rejected` while
 * paid extra usage serves, or the grace in which 2.1.330 may bring its work to an end (a refusal behind that is told by the
 * result line). Without `resetsAt` it is the server's throttle, not the plan's window (seen with a 429 that
 * carried no unified headers), unless one of the windows it lists is used up.
 */
export function limitFromEvent(info: JsonObject, model: string | null): Limit | null {
	const isServedByOverage = info.isUsingOverage === true && info.overageStatus !== 'rejected';
	if (info.status !== 'rejected' || isServedByOverage || info.rateLimitGraceActive === true) return null;
	const spent = info.resetsAt === undefined ? spentWindow(info) : null;
	const resetAt = secondsToEpochMs(info.resetsAt) ?? spent?.resetAt ?? null;
	const window = windowName(info) ?? spent?.window ?? null;
	const isWindow = resetAt !== null || window !== null;
	return {
		kind: isWindow ? 'window' : 'rate',
		resetAt,
		window,
		scope: window !== null && isModelWindow(window, model) ? 'model' : 'account',
		source: source(
			'event',
			isWindow ? 'rate_limit_event.rejected' : 'rate_limit_event.rejected_without_window',
			info,
		),
		confidence: 'exact',
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

function usage(window: string | null, told: JsonObject): Utilization[] {
	const ratio = numberOrNull(told.utilization);
	if (window === null || ratio === null || ratio < 0) return [];
	return [{ window, ratio, resetAt: secondsToEpochMs(told.resetsAt) }];
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

/** The limit behind a failed result line; null when the failure is none. */
export function limitFromResult(
	result: JsonObject,
	errorName: string | null,
	retry: Retry | null,
): Limit | null {
	const status = countOrNull(result.api_error_status);
	const evidence = { api_error_status: status, error: errorName, result: textOrNull(result.result) };
	const limit = (kind: LimitKind, rule: string): Limit => ({
		kind,
		resetAt: null,
		window: null,
		scope: 'account',
		source: source('result', rule, evidence),
		confidence: 'exact',
	});
	if (errorName === 'billing_error') return limit('billing', 'result.billing_error');
	if (status === 402) return limit('billing', 'result.402');
	if (status === 429) return limit('rate', 'result.429');
	if (status === 529) return limit('overloaded', 'result.529');
	if (errorName === 'rate_limit') return limit('rate', 'result.rate_limit');
	if (errorName === 'overloaded' || (status === null && retry?.reason === 'overloaded'))
		return limit('overloaded', 'result.overloaded');
	return null;
}

/** The limit that claude's own sentence tells (`now`: epoch ms); null when no rule knows it. */
export function limitFromOwnWords(words: string, now: number): Limit | null {
	const spoken = limitFromWords(words, now);
	if (spoken === null) return null;
	const { rule, ...told } = spoken;
	return {
		...told,
		source: { channel: 'result', rule: `claude:result.words.${rule}`, excerpt: excerptLine(words) },
		confidence: told.resetAt === null ? 'exact' : 'derived',
	};
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
	if (error === 'authentication_failed' || error === 'oauth_org_not_allowed') return 'auth';
	if (status === 401 || status === 403) return 'auth';
	// Before its name: 2.1.112 calls a 529 `rate_limit`.
	if (error === 'overloaded' || status === 529) return 'overloaded';
	if (error === 'rate_limit' || status === 429) return 'rate';
	return status === null ? 'network' : 'server';
}

/** The limit a turn had when the relay stopped it while it was retrying; null when the retries were of another kind. */
export function limitFromRetry(retry: Retry | null): Limit | null {
	if (retry?.reason !== 'rate' && retry?.reason !== 'overloaded') return null;
	return {
		kind: retry.reason,
		resetAt: null,
		window: null,
		scope: 'account',
		source: retry.source,
		confidence: 'derived',
	};
}

function source(channel: LimitSource['channel'], rule: string, matched: unknown): LimitSource {
	return { channel, rule: `claude:${rule}`, excerpt: excerptLine(JSON.stringify(matched)) };
}

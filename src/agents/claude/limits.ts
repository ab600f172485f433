/**
 * The limit rules of claude, in order of trust: its `rate_limit_event`, then what the result line says (HTTP status and
 * the error name on its own synthetic message), then its retry lines. No rule reads free text: the sentences of real
 * limits also occur in answers, files and tool output.
 */
import type { AgentEvent, Limit, LimitKind, LimitSource, Utilization } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import { countOrNull, type JsonObject, numberOrNull, secondsToEpochMs, textOrNull } from '../json-fields.ts';

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/**
 * A limit from `rate_limit_info`, or null when the request was served: `allowed`, `allowed_warning`, and `rejected` while
 * paid extra usage serves. Without `resetsAt` it is the server's throttle, not the plan's window (seen with a 429 that
 * carried no unified headers).
 */
export function limitFromEvent(info: JsonObject, model: string | null): Limit | null {
	if (info.status !== 'rejected' || info.isUsingOverage === true) return null;
	const resetAt = secondsToEpochMs(info.resetsAt);
	const window = windowName(info);
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

/** How full the named window is; empty when the event tells no figure. */
export function utilizationFromEvent(info: JsonObject): Utilization[] {
	const window = windowName(info);
	const ratio = numberOrNull(info.utilization);
	if (window === null || ratio === null || ratio < 0) return [];
	return [{ window, ratio, resetAt: secondsToEpochMs(info.resetsAt) }];
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
	if (errorName === 'rate_limit') return limit('rate', 'result.rate_limit');
	if (status === 529) return limit('overloaded', 'result.529');
	if (errorName === 'overloaded' || (status === null && retry?.reason === 'overloaded'))
		return limit('overloaded', 'result.overloaded');
	return null;
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
	if (error === 'rate_limit' || status === 429) return 'rate';
	if (error === 'overloaded' || status === 529) return 'overloaded';
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

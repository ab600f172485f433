/**
 * What opencode's own words mean: the status its plugin sees while a request is retried, and the error that ends a turn.
 * Neither the model nor a tool writes there; the provider's sentence stands in both and is matched only where it is the
 * only thing that tells.
 */
import type { AgentEvent, Limit, LimitKind, LimitSource, StopReason } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import { type JsonObject, numberOrNull, objectOrEmpty, parseObject, textOrNull } from '../json-fields.ts';
import { toldReset } from '../told-reset.ts';
import type { RetryStatus } from './status-lines.ts';

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/** The CLI's own waits end at 30 s and a quarter; a longer one was told by the provider. */
const LONGEST_OWN_WAIT_MS = 40_000;
/** A wait above this is no matter of requests a minute. */
const LONGEST_RATE_MS = 300_000;
/** A reset further away is no time at all. */
const MAX_WAIT_MS = 366 * 24 * 3600_000;

interface HardSentence {
	rule: string;
	pattern: RegExp;
	kind: LimitKind;
}

/** Sentences, each from its start, that stand for a limit whatever the wait: the CLI retries all three for nothing. */
const HARD_SENTENCES: readonly HardSentence[] = [
	{
		rule: 'insufficient_quota',
		pattern:
			/^You exceeded your current quota, please check your plan and billing details\. For more information on this error, read the docs: https:\/\/platform\.openai\.com\//,
		kind: 'billing',
	},
	// Versions before the `action` told it so.
	{ rule: 'free_tier_limit', pattern: /^Free usage exceeded\b/, kind: 'quota' },
	// A ChatGPT plan's.
	{ rule: 'usage_limit_reached', pattern: /^The usage limit has been reached\b/, kind: 'window' },
];
/** A plan's limit in a provider's sentence; only together with a wait that no rate asks for. */
const PLAN_LIMIT =
	/\b(?:usage|subscription|plan|session|\d+[- ]?hour|daily|weekly|monthly)\b[^.]{0,40}\b(?:limit|quota|cap)\b/i;
const OVERLOADED = /\boverloaded\b|\bat capacity\b|\bunavailable\b/i;

const HARD_ACTIONS: ReadonlyMap<string, LimitKind> = new Map([
	['account_rate_limit', 'window'],
	['free_tier_limit', 'quota'],
]);

/** A limit that is certain while the CLI goes on retrying; null when it is only a retry. */
export function limitFromStatus(retry: RetryStatus, now: number): Limit | null {
	const { actionReason, message, nextAt } = retry;
	const byAction = HARD_ACTIONS.get(actionReason ?? '');
	if (byAction !== undefined)
		return statusLimit(byAction, actionReason ?? '', retry, waitedReset(nextAt, now));
	const resetAt = waitedReset(nextAt, now);
	const sentence = HARD_SENTENCES.find(({ pattern }) => pattern.test(message));
	if (sentence !== undefined) return statusLimit(sentence.kind, sentence.rule, retry, resetAt);
	// 1.14.41 tells no action, but the same sentence and wait.
	if (resetAt === null || resetAt - now <= LONGEST_RATE_MS || !PLAN_LIMIT.test(message)) return null;
	return statusLimit('window', 'plan_limit', retry, resetAt);
}

function statusLimit(kind: LimitKind, rule: string, retry: RetryStatus, resetAt: number | null): Limit {
	const source = statusSource(rule, retry);
	return { kind, resetAt, window: null, scope: 'account', source, confidence: 'exact' };
}

/** Only a wait longer than the CLI's own says when a limit ends. */
function waitedReset(nextAt: number | null, now: number): number | null {
	if (nextAt === null || nextAt > now + MAX_WAIT_MS) return null;
	return nextAt - now > LONGEST_OWN_WAIT_MS ? Math.round(nextAt) : null;
}

export function retryFromStatus(status: RetryStatus, now: number): Retry {
	const delayMs = status.nextAt === null ? null : Math.max(0, Math.round(status.nextAt - now));
	return {
		type: 'retry',
		reason: retryReason(status.message, delayMs),
		attempt: status.attempt,
		maxAttempts: null,
		delayMs,
		source: statusSource('retry', status),
	};
}

/** A long wait is told by the provider, and only a refusal for load or rate tells one. */
function retryReason(message: string, delayMs: number | null): Retry['reason'] {
	if (OVERLOADED.test(message)) return 'overloaded';
	if (/\brate[ _-]?limit|\btoo[ _]many[ _]requests\b|\b429\b|\bquota\b|\busage limit\b/i.test(message))
		return 'rate';
	if (delayMs !== null && delayMs > LONGEST_OWN_WAIT_MS) return 'rate';
	return /\bconnect|\bsocket\b|\bnetwork\b|\bECONN|\btimed? ?out\b/i.test(message) ? 'network' : 'server';
}

/** The limit a turn had when the relay stopped it while it was retrying; null when the retries were of another kind. */
export function limitFromRetry(retry: Retry | null, now: number): Limit | null {
	if (retry?.reason !== 'rate' && retry?.reason !== 'overloaded') return null;
	const isTold = retry.delayMs !== null && retry.delayMs > LONGEST_OWN_WAIT_MS;
	return {
		kind: retry.reason,
		resetAt: isTold ? Math.round(now + (retry.delayMs ?? 0)) : null,
		window: null,
		scope: null,
		source: retry.source,
		confidence: 'derived',
	};
}

function statusSource(rule: string, retry: RetryStatus): LimitSource {
	return {
		channel: 'stderr',
		rule: `opencode:session.status.${rule}`,
		excerpt: excerptLine(JSON.stringify(retry)),
	};
}

export type ErrorVerdict = { limit: Limit } | { stopReason: StopReason };

/** What the error of an `error` line means (`now`: epoch ms). */
export function judgeError(error: JsonObject, now: number): ErrorVerdict {
	const name = textOrNull(error.name) ?? '';
	const data = objectOrEmpty(error.data);
	const body = textOrNull(data.responseBody) ?? '';
	const status = numberOrNull(data.statusCode);
	const byName = REASON_BY_NAME.get(name);
	if (byName !== undefined) return { stopReason: byName };
	if (name === 'UnknownError') return judgeUnknown(textOrNull(data.message) ?? '', error, now);
	const told = errorWords(body);
	const kind = limitKind(status, told, body);
	if (kind !== null) {
		const resetAt = kind === 'billing' ? null : (retryAfter(data, now) ?? resetInBody(kind, body, now));
		return { limit: errorLimit(kind, `${status ?? 'error'}`, error, resetAt) };
	}
	return { stopReason: REASON_BY_STATUS.get(status ?? 0) ?? 'api_error' };
}

const REASON_BY_NAME: ReadonlyMap<string, StopReason> = new Map([
	['ContextOverflowError', 'context_too_long'],
	['ProviderAuthError', 'auth'],
	['MessageOutputLengthError', 'max_tokens'],
	['ProviderModelNotFoundError', 'model_not_found'],
]);

const REASON_BY_STATUS: ReadonlyMap<number, StopReason> = new Map([
	[401, 'auth'],
	[403, 'auth'],
	[404, 'model_not_found'],
	[413, 'context_too_long'],
]);

function limitKind(status: number | null, words: readonly string[], body: string): LimitKind | null {
	if (status === 402) return 'billing';
	if (status === 529 || status === 503) return 'overloaded';
	if (status !== 429) return words.includes('overloaded_error') ? 'overloaded' : null;
	if (body.includes('GoUsageLimitError') || words.includes('usage_limit_reached')) return 'window';
	if (body.includes('FreeUsageLimitError')) return 'quota';
	return words.includes('insufficient_quota') ? 'billing' : 'rate';
}

/**
 * An error inside a stream that had begun has no status: its message is the provider's JSON. One without any is the
 * CLI's own, and it has one cause that was seen: a model that its configuration does not know.
 */
function judgeUnknown(message: string, error: JsonObject, now: number): ErrorVerdict {
	const words = errorWords(message);
	if (words.includes('insufficient_quota'))
		return { limit: errorLimit('billing', 'insufficient_quota', error, null) };
	if (words.includes('overloaded_error'))
		return { limit: errorLimit('overloaded', 'overloaded_error', error, null) };
	if (words.includes('usage_limit_reached'))
		return { limit: errorLimit('window', 'usage_limit_reached', error, toldReset(message, now)) };
	if (words.some((word) => /^(?:rate_limit_error|rate_limit_exceeded|too_many_requests)$/.test(word)))
		return { limit: errorLimit('rate', 'rate_limit', error, null) };
	if (words.includes('authentication_error')) return { stopReason: 'auth' };
	if (words.includes('context_length_exceeded')) return { stopReason: 'context_too_long' };
	const isUnknownModel = /^(?:Unexpected server error\. Check server logs|Model not found: )/.test(message);
	return { stopReason: isUnknownModel ? 'model_not_found' : 'api_error' };
}

/** `type` and `code` of a provider's error object, in any of the usual nestings. */
function errorWords(json: string): string[] {
	const outer = parseObject(json);
	if (outer === null) return [];
	const inner = objectOrEmpty(outer.error);
	return [outer.type, outer.code, inner.type, inner.code].filter((word) => typeof word === 'string');
}

function errorLimit(kind: LimitKind, rule: string, error: JsonObject, resetAt: number | null): Limit {
	const data = objectOrEmpty(error.data);
	const matched = { name: error.name, statusCode: data.statusCode, message: data.message };
	return {
		kind,
		resetAt,
		window: null,
		scope: kind === 'rate' || kind === 'overloaded' ? null : 'account',
		source: {
			channel: 'event',
			rule: `opencode:error.${rule}`,
			excerpt: excerptLine(JSON.stringify(matched)),
		},
		confidence: resetAt === null ? 'exact' : 'derived',
	};
}

/** `resets_at` of a plan's refusal. What a rate's sentence says is over before anyone could use it. */
function resetInBody(kind: LimitKind, body: string, now: number): number | null {
	const at = kind === 'window' ? toldReset(body, now) : null;
	return at !== null && at > now ? at : null;
}

/** The provider's `retry-after-ms` or `retry-after` (seconds or a date) as epoch ms. */
function retryAfter(data: JsonObject, now: number): number | null {
	const headers = objectOrEmpty(data.responseHeaders);
	const ms = Number.parseFloat(textOrNull(headers['retry-after-ms']) ?? '');
	const seconds = textOrNull(headers['retry-after']) ?? '';
	const delayMs = Number.isFinite(ms)
		? ms
		: /^\d+(?:\.\d+)?$/.test(seconds)
			? Number(seconds) * 1000
			: Number.NaN;
	const at = Number.isFinite(delayMs) ? now + delayMs : Date.parse(seconds);
	return Number.isFinite(at) && at > now && at < now + MAX_WAIT_MS ? Math.round(at) : null;
}

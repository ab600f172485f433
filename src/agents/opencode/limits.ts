/**
 * The evidence in opencode's own words: the status its plugin sees while a request is retried, and the error that ends a
 * turn. Neither the model nor a tool writes there. What the evidence means is one table for all CLIs (`evidence/`).
 */
import type { AgentEvent, Limit, LimitSource, StopReason } from '../events.ts';
import {
	type Evidence,
	judgeEvidence,
	limitOf,
	readEvidence,
	type Verdict,
} from '../evidence/judge-evidence.ts';
import { resetFromHeaders } from '../evidence/reset-headers.ts';
import { excerptLine } from '../reading/excerpt.ts';
import {
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	parseObject,
	textOrNull,
	writtenJson,
} from '../reading/json-fields.ts';
import type { RetryStatus } from './stream/status-lines.ts';

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/** The model that was asked, and when the request is judged (epoch ms). */
export interface Asked {
	/** As opencode names it, `provider/model`. */
	model: string | null;
	now: number;
}

/** The CLI's own waits end at 30 s and a quarter; the provider asked for a longer one. */
const LONGEST_OWN_WAIT_MS = 40_000;
/** A reset further away is not taken for a time. */
const MAX_WAIT_MS = 366 * 24 * 3600_000;

/** Versions before the `action` reported an empty free tier in these words of their own. */
const FREE_TIER = /^Free usage exceeded\b/;

/** A limit that is certain while the CLI keeps retrying; null when it is only a retry. */
export function limitFromStatus(retry: RetryStatus, asked: Asked): Limit | null {
	const verdict = judgeStatus(retry, asked);
	if (verdict?.kind !== 'limit' || verdict.limitKind === 'rate' || verdict.limitKind === 'overloaded')
		return null;
	const matched = writtenJson(retry);
	return limitOf(verdict, { agent: 'opencode', channel: 'stderr', at: 'session.status', matched });
}

/** `next` is the CLI's next try, at the provider's time if it named one. */
function judgeStatus({ actionReason, message, nextAt }: RetryStatus, { model, now }: Asked): Verdict | null {
	const evidence = readEvidence(message, now);
	const ownWord = actionReason ?? (FREE_TIER.test(message) ? 'free_tier_limit' : null);
	const words = [...(ownWord === null ? [] : [ownWord]), ...(evidence.words ?? [])];
	const resetAt = waitedReset(nextAt, now) ?? evidence.resetAt ?? null;
	const reported = { ...evidence, words, resetAt, model: shortName(model) };
	// A wait too long for a rate comes from a provider, even in unknown words; a server's error names none.
	return (
		judgeEvidence(reported, now) ??
		(resetAt === null ? null : judgeEvidence({ ...reported, status: 429 }, now))
	);
}

/** Only a wait longer than the CLI's own says when a limit ends. */
function waitedReset(nextAt: number | null, now: number): number | null {
	if (nextAt === null || nextAt > now + MAX_WAIT_MS) return null;
	return nextAt - now > LONGEST_OWN_WAIT_MS ? Math.round(nextAt) : null;
}

export function retryFromStatus(status: RetryStatus, asked: Asked): Retry {
	const delayMs = status.nextAt === null ? null : Math.max(0, Math.round(status.nextAt - asked.now));
	return {
		type: 'retry',
		reason: retryReason(status.message, judgeStatus(status, asked)),
		attempt: status.attempt,
		maxAttempts: null,
		delayMs,
		source: statusSource('retry', status),
	};
}

function retryReason(message: string, verdict: Verdict | null): Retry['reason'] {
	if (verdict?.kind === 'limit') return verdict.limitKind === 'overloaded' ? 'overloaded' : 'rate';
	if (/\bunavailable\b/i.test(message)) return 'overloaded';
	if (/\b429\b|\bquota\b/i.test(message)) return 'rate';
	return /\bconnect|\bsocket\b|\bnetwork\b|\bECONN|\btimed? ?out\b/i.test(message) ? 'network' : 'server';
}

/** The limit a turn had when the relay stopped it while it was retrying; null when the retries were of another kind. */
export function limitFromRetry(retry: Retry | null, now: number): Limit | null {
	if (retry?.reason !== 'rate' && retry?.reason !== 'overloaded') return null;
	const isReported = retry.delayMs !== null && retry.delayMs > LONGEST_OWN_WAIT_MS;
	return {
		kind: retry.reason,
		resetAt: isReported ? Math.round(now + (retry.delayMs ?? 0)) : null,
		window: null,
		scope: null,
		source: retry.source,
		confidence: isReported ? 'derived' : 'estimated',
	};
}

function statusSource(rule: string, retry: RetryStatus): LimitSource {
	return {
		channel: 'stderr',
		rule: `opencode:session.status.${rule}`,
		excerpt: excerptLine(writtenJson(retry)),
	};
}

export type ErrorVerdict = { limit: Limit } | { stopReason: StopReason };

/** What the error of an `error` line means. */
export function judgeError(error: JsonObject, { model, now }: Asked): ErrorVerdict {
	const verdict = judgeEvidence({ ...evidenceOf(error, now), model: shortName(model) }, now);
	if (verdict?.kind === 'limit') {
		const { statusCode, message } = objectOrEmpty(error.data);
		const matched = writtenJson({ name: error.name, statusCode, message });
		return { limit: limitOf(verdict, { agent: 'opencode', channel: 'event', at: 'error', matched }) };
	}
	if (verdict !== null) return { stopReason: verdict.stopReason };
	return { stopReason: isUnknownModel(error) ? 'model_not_found' : 'api_error' };
}

/**
 * An error inside a stream that had begun has no status: its message is the provider's JSON, or else the CLI's own words
 * about anything at all.
 */
function evidenceOf(error: JsonObject, now: number): Evidence {
	const name = textOrNull(error.name) ?? '';
	const data = objectOrEmpty(error.data);
	const message = textOrNull(data.message) ?? '';
	if (name === 'UnknownError') return message.trim().startsWith('{') ? readEvidence(message, now) : {};
	const body = textOrNull(data.responseBody) ?? '';
	const reported = readEvidence(parseObject(body) === null ? message : body, now);
	return {
		...reported,
		words: [...(reported.words ?? []), name],
		providerText: reported.providerText || message,
		status: numberOrNull(data.statusCode) ?? reported.status ?? null,
		...endInHeaders(objectOrEmpty(data.responseHeaders), reported, now),
	};
}

/** `retry-after-ms` and `retry-after` in seconds are a wait; dates and other headers are a time. */
function endInHeaders(headers: JsonObject, reported: Evidence, now: number): Partial<Evidence> {
	const ms = plainNumber(headers['retry-after-ms']);
	const seconds = plainNumber(headers['retry-after']);
	const delayMs = ms ?? (seconds === null ? null : seconds * 1000);
	if (delayMs !== null) return { delayMs: reported.delayMs ?? delayMs };
	return { resetAt: reported.resetAt ?? resetFromHeaders(headers, now) };
}

function plainNumber(value: unknown): number | null {
	const text = textOrNull(value) ?? '';
	return /^\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

/** The CLI's own error with only one cause seen so far: a model that its configuration does not know. */
function isUnknownModel({ name, data }: JsonObject): boolean {
	const message = textOrNull(objectOrEmpty(data).message) ?? '';
	return (
		name === 'UnknownError' &&
		/^(?:Unexpected server error\. Check server logs|Model not found: )/.test(message)
	);
}

/** Providers do not know opencode's prefix of their models. */
function shortName(model: string | null): string | null {
	return model === null ? null : model.slice(model.lastIndexOf('/') + 1);
}

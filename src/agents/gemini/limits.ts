/**
 * What the CLI's own words about a failed request mean. They are matched in its stderr lines and in the error of its
 * result line, never in what the model or a tool says. The sentences are those of 0.61.0 and of the backends it talks to.
 */
import type { AgentEvent, Limit, LimitKind, LimitSource } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import { toldReset } from '../told-reset.ts';
import type { Sign } from './stderr-signs.ts';

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

/** Above this the CLI itself does not retry what is only a rate. */
const LONGEST_RATE_MS = 300_000;

interface Rule {
	name: string;
	pattern: RegExp;
	kind: LimitKind;
}

/** Refusals that no short wait ends. */
const HARD_RULES: readonly Rule[] = [
	{ name: 'daily_quota', pattern: /\bYou have exhausted your daily quota on this model\b/, kind: 'quota' },
	{
		name: 'plan_window',
		pattern: /\bYou have exhausted your capacity on this model\. Your quota will reset after\b/,
		kind: 'window',
	},
	{ name: 'credits_depleted', pattern: /\bYour prepayment credits are depleted\b/, kind: 'billing' },
	{ name: 'g1_credits', pattern: /\breason: '?INSUFFICIENT_G1_CREDITS_BALANCE\b/, kind: 'billing' },
	{ name: 'limit_zero', pattern: /\blimit:\s*0(?!\d|\.\d)/i, kind: 'quota' },
];

const OVERLOADED =
	/\bMODEL_CAPACITY_EX(?:HAUSTED|CEEDED)\b|\boverloaded\b|\bUNAVAILABLE\b|\bcapacity exceeded\b|\bNo capacity available\b/i;

/**
 * The hard rule that `text` fits. The sentence of a spent window also stands for a rate that is free again in seconds
 * (`Your quota will reset after 5s.`): then it is none.
 */
function hardRule(text: string, resetAt: number | null, now: number): Rule | undefined {
	const rule = HARD_RULES.find(({ pattern }) => pattern.test(text));
	const isSoon = resetAt !== null && resetAt - now <= LONGEST_RATE_MS;
	return rule?.kind === 'window' && isSoon ? undefined : rule;
}

/** A limit that stderr shows while the CLI goes on waiting; null when the sign is only a retry. */
export function limitFromSign(sign: Sign, now: number): Limit | null {
	if (sign.kind === 'dump') return null;
	const resetAt = resetFrom(sign.text, now);
	const rule = hardRule(sign.text, resetAt, now);
	if (rule !== undefined) return limit(rule.kind, `stderr.${rule.name}`, 'stderr', sign.text, resetAt);
	if (sign.kind !== 'delay' || sign.delayMs <= LONGEST_RATE_MS || OVERLOADED.test(sign.text)) return null;
	return limit('window', 'stderr.long_delay', 'stderr', sign.text, resetAt ?? Math.round(now + sign.delayMs));
}

/** A sign as a retry; null for the dump that ends the turn. */
export function retryFromSign(sign: Sign): Retry | null {
	if (sign.kind === 'dump') return null;
	const reason =
		sign.kind === 'delay' ? (OVERLOADED.test(sign.text) ? 'overloaded' : 'rate') : reasonOf(sign.status);
	return {
		type: 'retry',
		reason,
		attempt: sign.attempt,
		maxAttempts: null,
		delayMs: sign.kind === 'delay' ? sign.delayMs : null,
		source: source('stderr', `stderr.retry_${reason}`, sign.text),
	};
}

function reasonOf(status: number | null): Retry['reason'] {
	if (status === null) return 'network';
	if (status === 429) return 'rate';
	return status === 503 || status === 529 ? 'overloaded' : 'server';
}

/** The limit a turn had when the relay stopped it while it was retrying; null when the retries were of another kind. */
export function limitFromRetry(retry: Retry | null): Limit | null {
	if (retry?.reason !== 'rate' && retry?.reason !== 'overloaded') return null;
	return {
		kind: retry.reason,
		resetAt: null,
		window: null,
		scope: null,
		source: retry.source,
		confidence: 'derived',
	};
}

/**
 * The limit behind a failed turn. `status` is the HTTP status; `words` what the CLI said of it, its result line first,
 * then the error object it printed.
 */
export function limitFromFailure(
	status: number | null,
	words: { result: string; dump: string },
	now: number,
): Limit | null {
	const all = `${words.result}\n${words.dump}`;
	const isRefusedForNow = status === 429 || status === 499 || status === 503;
	if (status === 402) return limit('billing', 'result.402', 'result', words.result, null);
	if (status === 529) return limit('overloaded', 'result.529', 'result', words.result, null);
	if (!isRefusedForNow) return null;
	const resetAt = resetFrom(all, now);
	const rule = hardRule(all, resetAt, now);
	if (rule !== undefined) {
		const told = rule.kind === 'window' ? resetAt : null;
		return limit(rule.kind, `result.${rule.name}`, 'result', words.result, told);
	}
	if (/\breason: 'QUOTA_EXHAUSTED'/.test(words.dump))
		return limit('window', 'result.quota_exhausted', 'result', words.result, resetAt);
	if (status === 503 || OVERLOADED.test(all))
		return limit('overloaded', `result.${status}`, 'result', words.result, null);
	const isLong = resetAt !== null && resetAt - now > LONGEST_RATE_MS;
	return limit(isLong ? 'window' : 'rate', `result.${status}`, 'result', words.result, resetAt);
}

function limit(
	kind: LimitKind,
	rule: string,
	channel: LimitSource['channel'],
	matched: string,
	resetAt: number | null,
): Limit {
	return {
		kind,
		resetAt,
		window: null,
		scope: kind === 'billing' ? 'account' : 'model',
		source: source(channel, rule, matched),
		confidence: resetAt === null ? 'exact' : 'derived',
	};
}

function source(channel: LimitSource['channel'], rule: string, matched: string): LimitSource {
	return { channel, rule: `gemini:${rule}`, excerpt: excerptLine(matched) };
}

/** When the request may be tried again by the CLI's or the backend's own words (epoch ms), or null. */
function resetFrom(text: string, now: number): number | null {
	const delayMs = /^ {2}retryDelayMs: (\d+(?:\.\d+)?)\b/m.exec(text)?.[1];
	return toldReset(text, now) ?? (delayMs === undefined ? null : Math.round(now + Number(delayMs)));
}

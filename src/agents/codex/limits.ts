/**
 * The evidence in codex's own sentences about a refused request: in `turn.failed`, in its `Reconnecting...` lines and in the
 * one-line errors it prints on stderr before a thread exists; never in what the model or a tool says (checked against
 * 0.135.0 to 0.171.0 and its sources). What they mean is in `evidence/`; an unknown sentence is a failure of unknown
 * kind.
 */
import type { AgentEvent, Limit, LimitSource } from '../events.ts';
import {
	type Evidence,
	judgeEvidence,
	limitOf,
	readEvidence,
	type Verdict,
} from '../evidence/judge-evidence.ts';
import { excerptLine } from '../reading/excerpt.ts';
import { reportedDelay } from '../reading/reported-reset.ts';

/** Prefixes of a sentence: what codex was doing, or how an older version names a broken stream. */
const PREFIX = /^(?:Error running (?:\w+ ){1,4}task: |(?:stream )?error: )+/i;
/** The text after it is what broke the stream; unless that is about transport, it decides. */
const DISCONNECTED = /^stream disconnected before completion: /;
/** `unexpected status 402 Payment Required: TEXT, url: …`, `exceeded retry limit, last status: 429 …`, `http 429: …`. */
const STATUS =
	/^(?:unexpected status|exceeded retry limit, last status:|http) ([45]\d\d)\b[^:,\n]{0,60}?(?:: |, |$)/;
/** codex's own words around the provider's text. */
const RATE = /^rate limit exceeded: /i;
const TRAILER = /,? (?:url|request id|cf-ray): \S+(?=,|$)/g;

/** The evidence in a sentence of codex. `code`: the record's own error code, where it is known. */
function evidenceIn(message: string, code: string | null, now: number): Evidence {
	const whole = message.replace(PREFIX, '');
	const sentence = whole.replace(DISCONNECTED, '');
	const prefix = STATUS.exec(sentence) ?? RATE.exec(sentence);
	const read = readEvidence(sentence.slice(prefix?.[0].length ?? 0).replace(TRAILER, ''), now);
	// Without codex's words around it, or a body, nothing shows that a sentence is the provider's.
	const isProviders = prefix !== null || whole !== sentence || sentence.startsWith('{');
	const reported = isProviders ? read : {};
	const [, statusOfCode] = /^\w+:(\d{3})$/.exec(code ?? '') ?? [];
	const status = prefix?.[1] ?? statusOfCode;
	return {
		...reported,
		ownSentence: { agent: 'codex', text: sentence },
		words: [...(code === null ? [] : [code]), ...(reported.words ?? [])],
		status: status === undefined ? (reported.status ?? null) : Number(status),
	};
}

/**
 * What the message of `turn.failed` says (`now`: epoch ms), with the record's own error code if that is known; null for
 * an unknown sentence.
 */
export function judgeFailedTurn(message: string, code: string | null, now: number): Verdict | null {
	const verdict = judgeEvidence(evidenceIn(message, code, now), now);
	if (verdict !== null) return verdict;
	// Errors about the request itself (a policy, a model, a length) come without a frame.
	const bare = judgeEvidence({ providerText: message.replace(PREFIX, '') }, now);
	return bare?.kind === 'failure' ? bare : null;
}

/** The limit in a verdict about a sentence of codex. */
export function limitFrom(
	verdict: Extract<Verdict, { kind: 'limit' }>,
	message: string,
	at: 'turn.failed' | 'error.reconnecting' | 'rollout' = 'turn.failed',
): Limit {
	const channel = at === 'rollout' ? 'native' : 'event';
	return limitOf(verdict, { agent: 'codex', channel, at, matched: message });
}

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

const RECONNECTING =
	/^Re-?connecting(?:\.\.\.|…)(?: (?<attempt>\d+)\/(?<max>\d+)| waiting for network)?(?: \((?<cause>[\s\S]*)\))?$/;
/** As versions before `Reconnecting...` printed it: `stream error: CAUSE; retrying 1/5 in 207ms…`. */
const RETRYING =
	/^stream error: (?<cause>[\s\S]*); retrying (?<attempt>\d+)\/(?<max>\d+) in \d[\d.]*(?:ms|s|m)(?:\.\.\.|…)?$/;

/** Causes that are neither a limit nor a login; the rest is in `evidence/`. */
const RETRY_REASONS: ReadonlyArray<{ name: string; pattern: RegExp; reason: Retry['reason'] }> = [
	{
		name: 'server',
		pattern: /^(?:unexpected status|exceeded retry limit, last status:) \d{3}\b/,
		reason: 'server',
	},
	{ name: 'server', pattern: /^We['’]re currently experiencing high demand\b/, reason: 'server' },
	{
		name: 'network',
		pattern: /^(?:stream disconnected before completion|Connection failed|error sending request|timeout)\b/i,
		reason: 'network',
	},
];

/** An announced wait up to this is the agent's own business. */
const SHORT_WAIT_MS = 60_000;

export interface Reconnecting {
	retry: Retry;
	/** A limit that no retry of codex ends (a plan's window, a balance, a day's quota); else null. */
	limit: Limit | null;
}

/** A `Reconnecting...` line as a retry (`now`: epoch ms), or null for any other message. */
export function readReconnecting(message: string, now: number): Reconnecting | null {
	const match = RECONNECTING.exec(message) ?? RETRYING.exec(message);
	if (!match?.groups) return null;
	const { attempt, max: maxAttempts, cause = '' } = match.groups;
	const verdict = cause === '' ? null : judgeFailedTurn(cause, null, now);
	const { name, reason } = retryReason(cause, verdict, attempt !== undefined);
	const delayMs = reportedDelay(cause);
	const source: LimitSource = {
		channel: 'event',
		rule: `codex:error.reconnecting.${name}`,
		excerpt: excerptLine(message),
	};
	const retry: Retry = {
		type: 'retry',
		reason,
		attempt: attempt === undefined ? null : Number(attempt),
		maxAttempts: maxAttempts === undefined ? null : Number(maxAttempts),
		delayMs,
		source,
	};
	const isHard =
		verdict?.kind === 'limit' &&
		(verdict.limitKind === 'window' || verdict.limitKind === 'quota' || verdict.limitKind === 'billing');
	const passesSoon = delayMs !== null && delayMs <= SHORT_WAIT_MS;
	return { retry, limit: isHard && !passesSoon ? limitFrom(verdict, message, 'error.reconnecting') : null };
}

function retryReason(
	cause: string,
	verdict: Verdict | null,
	isCounted: boolean,
): { name: string; reason: Retry['reason'] } {
	if (verdict?.kind === 'limit') {
		const reason = verdict.limitKind === 'overloaded' ? 'overloaded' : 'rate';
		return { name: reason, reason };
	}
	if (verdict?.kind === 'failure' && verdict.stopReason === 'auth') return { name: 'auth', reason: 'auth' };
	const known = RETRY_REASONS.find(({ pattern }) => pattern.test(cause));
	return known ?? { name: 'unknown', reason: isCounted ? 'server' : 'network' };
}

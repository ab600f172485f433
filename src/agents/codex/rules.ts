/**
 * What codex's own sentences mean. They are matched in `turn.failed`, in its `Reconnecting...` lines and in the one-line
 * errors it prints on stderr before a thread exists; never in what the model or a tool says. Every rule is anchored to the
 * start of the sentence (checked against 0.135.0 to 0.169.0 and its sources); a sentence that no rule knows is a failure
 * of unknown kind. What a provider or a proxy words itself stands behind codex's own `unexpected status NNN`.
 */

import type { AgentEvent, Limit, LimitKind, LimitSource, StopReason } from '../events.ts';
import { excerptLine } from '../excerpt.ts';
import { toldDelay, toldReset } from '../told-reset.ts';

export type Verdict =
	| { kind: 'limit'; limitKind: LimitKind; scope: Limit['scope']; rule: string }
	| { kind: 'failure'; stopReason: StopReason; rule: string };

interface Rule {
	name: string;
	pattern: RegExp;
	verdict: { limit: LimitKind; scope?: Limit['scope'] } | { stopReason: StopReason };
}

/** OpenAI's sentence stands behind codex's words for a broken stream in versions before `rate limit exceeded:`. */
const RATE_LIMIT =
	/^(?:stream disconnected before completion: )?(?:rate limit exceeded\b|Rate limit reached for |Too many requests\b)/i;

const FAILED_TURN_RULES: readonly Rule[] = [
	{
		name: 'usage_limit_of_model',
		pattern: /^You['’]ve (?:hit|reached) your usage limit for /,
		verdict: { limit: 'window', scope: 'model' },
	},
	{
		name: 'usage_limit',
		pattern: /^(?:You['’]ve (?:hit|reached) your usage limit\b|The usage limit has been reached\b)/,
		verdict: { limit: 'window' },
	},
	{
		name: 'usage_limit_status',
		pattern: /^(?:unexpected status|http) 429\b[^\n]{0,400}\busage[_ ]limit(?:_reached| has been reached)\b/i,
		verdict: { limit: 'window' },
	},
	{
		name: 'workspace_credits',
		pattern: /^(?:Your (?:workspace|organization|team) is|You(?:['’]re| are)) out of credits\b/,
		verdict: { limit: 'billing' },
	},
	{
		name: 'spend_cap',
		pattern: /^You(?:['’]ve)? (?:hit|reached) your spend(?:ing)? (?:cap|limit)\b/,
		verdict: { limit: 'billing' },
	},
	{
		name: 'plan_without_codex',
		pattern: /^To use Codex with your ChatGPT plan, upgrade /,
		verdict: { limit: 'billing' },
	},
	{ name: 'quota_exceeded', pattern: /^Quota exceeded\./, verdict: { limit: 'billing' } },
	{
		name: 'insufficient_quota',
		pattern: /^unexpected status 429\b[^\n]{0,400}\b(?:insufficient_quota|exceeded your current quota)\b/,
		verdict: { limit: 'billing' },
	},
	{ name: 'payment_required', pattern: statusPattern('402'), verdict: { limit: 'billing' } },
	{ name: 'too_many_requests', pattern: statusPattern('429'), verdict: { limit: 'rate' } },
	{ name: 'rate_limit', pattern: RATE_LIMIT, verdict: { limit: 'rate' } },
	{ name: 'at_capacity', pattern: /^Selected model is at capacity\./, verdict: { limit: 'overloaded' } },
	{ name: 'overloaded', pattern: statusPattern('503|529'), verdict: { limit: 'overloaded' } },
	{ name: 'refused_login', pattern: statusPattern('401|403'), verdict: { stopReason: 'auth' } },
	{ name: 'missing_key', pattern: /^Missing environment variable: /, verdict: { stopReason: 'auth' } },
	{
		name: 'stale_login',
		pattern:
			/^Your (?:access token|refresh token|authentication session|session|login)\b[^.]{0,80}\b(?:not be refreshed|expired|revoked|invalid)\b/,
		verdict: { stopReason: 'auth' },
	},
	{
		name: 'unknown_model',
		pattern:
			/^(?:unexpected status 4\d\d [^:]{0,40}: )?(?:\{"detail":")?The (?:requested )?(?:model )?[`'][^`']*[`'](?: model)? (?:does not exist|is not supported)/,
		verdict: { stopReason: 'model_not_found' },
	},
	{
		name: 'context_window',
		pattern: /^Codex ran out of room in the model['’]s context window\./,
		verdict: { stopReason: 'context_too_long' },
	},
	{
		name: 'max_output_tokens',
		pattern:
			/^(?:stream disconnected before completion: )?Incomplete response returned, reason: max_output_tokens/,
		verdict: { stopReason: 'max_tokens' },
	},
	{
		name: 'content_filter',
		pattern:
			/^(?:stream disconnected before completion: )?Incomplete response returned, reason: content_filter/,
		verdict: { stopReason: 'refusal' },
	},
];

/** Before a sentence: what codex was doing, or how an older version names a broken stream. */
const PREFIX = /^(?:Error running (?:\w+ ){1,4}task: |(?:stream )?error: )+/i;

/** `http_connection_failed:402` and the like from the thread's record, for a sentence that no rule above knows. */
const RECORD_CODE_RULES: readonly Rule[] = [
	{ name: 'rate_limit_exceeded', pattern: /^(?:rate_limit_exceeded|\w+:429)$/, verdict: { limit: 'rate' } },
	{
		name: 'server_overloaded',
		pattern: /^(?:server_overloaded|\w+:(?:503|529))$/,
		verdict: { limit: 'overloaded' },
	},
	{ name: 'payment_required', pattern: /^\w+:402$/, verdict: { limit: 'billing' } },
	{ name: 'unauthorized', pattern: /^(?:unauthorized|\w+:(?:401|403))$/, verdict: { stopReason: 'auth' } },
	{ name: 'model_not_found', pattern: /^model_not_found$/, verdict: { stopReason: 'model_not_found' } },
	{
		name: 'context_window_exceeded',
		pattern: /^context_window_exceeded$/,
		verdict: { stopReason: 'context_too_long' },
	},
];

/** Only for a run that printed nothing on stdout: codex refused to start the turn. */
const STARTUP_RULES: readonly Rule[] = [
	{
		name: 'unknown_thread',
		// Whatever the reason: gone, or (0.169.0, killed while it began) `rollout at ... is empty`.
		pattern: /^(?:Error: )?thread\/resume(?: failed)?:|^(?:Error: )?.*\bno rollout found for thread id\b/m,
		verdict: { stopReason: 'unknown_session' },
	},
	{ name: 'bad_flag', pattern: /^error: /m, verdict: { stopReason: 'bad_usage' } },
	{ name: 'empty_prompt', pattern: /^No prompt provided/m, verdict: { stopReason: 'bad_usage' } },
	{
		name: 'bad_config',
		pattern: /^(?:Error: )?(?:Error|Failed) (?:to load|loading) (?:config|configuration)/im,
		verdict: { stopReason: 'bad_config' },
	},
	{
		name: 'not_a_repo',
		pattern: /^Not inside a trusted directory/m,
		verdict: { stopReason: 'bad_environment' },
	},
];

function statusPattern(statuses: string): RegExp {
	return new RegExp(`^(?:unexpected status|exceeded retry limit, last status:) (?:${statuses})\\b`);
}

/** What the message of `turn.failed` says, or null when no rule knows the sentence. */
export function judgeFailedTurn(message: string): Verdict | null {
	return firstMatch(FAILED_TURN_RULES, 'codex:turn.failed', message.replace(PREFIX, ''));
}

/** What the record's own error code says. `usage_limit_exceeded` stands for four different things and says nothing. */
export function judgeRecordCode(code: string): Verdict | null {
	return firstMatch(RECORD_CODE_RULES, 'codex:rollout', code);
}

/** Why codex refused to start, from stderr; exit code 2 alone is a usage error of its argument parser. */
export function judgeStartup(stderr: string, exitCode: number | null): StopReason {
	const verdict = firstMatch(STARTUP_RULES, 'codex:stderr', stderr);
	if (exitCode === 2) return 'bad_usage';
	return verdict?.kind === 'failure' ? verdict.stopReason : 'crashed';
}

function firstMatch(rules: readonly Rule[], prefix: string, text: string): Verdict | null {
	const rule = rules.find(({ pattern }) => pattern.test(text));
	if (!rule) return null;
	const name = `${prefix}.${rule.name}`;
	return 'limit' in rule.verdict
		? { kind: 'limit', limitKind: rule.verdict.limit, scope: rule.verdict.scope ?? 'account', rule: name }
		: { kind: 'failure', stopReason: rule.verdict.stopReason, rule: name };
}

/** The limit that a failed turn's sentence tells, with the reset it names in local time (`now`: epoch ms). */
export function limitFrom(verdict: Extract<Verdict, { kind: 'limit' }>, message: string, now: number): Limit {
	const resetAt = verdict.limitKind === 'window' ? toldReset(message, now) : null;
	return {
		kind: verdict.limitKind,
		resetAt,
		window: null,
		scope: verdict.scope,
		source: { channel: 'event', rule: verdict.rule, excerpt: excerptLine(message) },
		confidence: resetAt === null ? 'exact' : 'derived',
	};
}

export type Retry = Extract<AgentEvent, { type: 'retry' }>;

const RECONNECTING =
	/^Re-?connecting(?:\.\.\.|…)(?: (?<attempt>\d+)\/(?<max>\d+)| waiting for network)?(?: \((?<cause>[\s\S]*)\))?$/;
/** As versions before `Reconnecting...` told it: `stream error: CAUSE; retrying 1/5 in 207ms…`. */
const RETRYING =
	/^stream error: (?<cause>[\s\S]*); retrying (?<attempt>\d+)\/(?<max>\d+) in \d[\d.]*(?:ms|s|m)(?:\.\.\.|…)?$/;

const RETRY_REASONS: ReadonlyArray<{ name: string; pattern: RegExp; reason: Retry['reason'] }> = [
	{ name: 'rate', pattern: statusPattern('429'), reason: 'rate' },
	{ name: 'rate', pattern: RATE_LIMIT, reason: 'rate' },
	{ name: 'overloaded', pattern: statusPattern('503|529'), reason: 'overloaded' },
	{ name: 'overloaded', pattern: /^Selected model is at capacity\./, reason: 'overloaded' },
	{ name: 'auth', pattern: statusPattern('401|403'), reason: 'auth' },
	{ name: 'server', pattern: statusPattern('\\d{3}'), reason: 'server' },
	{ name: 'server', pattern: /^We['’]re currently experiencing high demand\b/, reason: 'server' },
	{
		name: 'network',
		pattern: /^(?:stream disconnected before completion|Connection failed|error sending request|timeout)\b/i,
		reason: 'network',
	},
];

/** A `Reconnecting...` line as a retry, or null when the message is none. */
export function readRetry(message: string): Retry | null {
	const match = RECONNECTING.exec(message) ?? RETRYING.exec(message);
	if (!match?.groups) return null;
	const { attempt, max: maxAttempts, cause = '' } = match.groups;
	const known = RETRY_REASONS.find(({ pattern }) => pattern.test(cause));
	const reason = known?.reason ?? (attempt === undefined ? 'network' : 'server');
	const source: LimitSource = {
		channel: 'event',
		rule: `codex:error.reconnecting.${known?.name ?? 'unknown'}`,
		excerpt: excerptLine(message),
	};
	return {
		type: 'retry',
		reason,
		attempt: attempt === undefined ? null : Number(attempt),
		maxAttempts: maxAttempts === undefined ? null : Number(maxAttempts),
		delayMs: toldDelay(cause),
		source,
	};
}

/** The limit that stands for retries the relay did not wait for any longer; null when they were no sign of one. */
export function limitFromRetry(retry: Retry): Limit | null {
	if (retry.reason !== 'rate' && retry.reason !== 'overloaded') return null;
	return {
		kind: retry.reason,
		resetAt: null,
		window: null,
		scope: 'account',
		source: retry.source,
		confidence: 'derived',
	};
}

/**
 * The sentences that the CLIs word themselves, each from its start: claude's published prefixes, codex's error texts. The
 * caller has made sure that the words are the CLI's own: the model, tools and the user say the same sentences.
 * Sources: claude 1.0 to 2.1.332, codex 0.39 to 0.171 and the issues about them. A sentence about credit comes before the
 * general ones, which it may resemble.
 */
import type { Meaning } from './meaning.ts';
import type { SentenceRule } from './provider-sentences.ts';

const BILLING: Meaning = { limit: 'billing', ignoresShortDelay: true };
const MODEL_BILLING: Meaning = { limit: 'billing', scope: 'model', ignoresShortDelay: true };
/** Bought by the month: the sentence may name an end, but the limit still waits for money. */
const CREDITS: Meaning = { limit: 'billing', ignoresShortDelay: true, staysBilling: true };
const AUTH: Meaning = { failure: 'auth' };

const CLAUDE: readonly SentenceRule[] = [
	['credit_balance', /^(?:your )?credit balance is too low\b/i, BILLING],
	['monthly_spend', /^you['’]ve (?:hit|reached) your (?:org['’]s )?monthly spend limit\b/i, CREDITS],
	['usage_credits', /^you['’]re out of usage credits\b/i, CREDITS],
	[
		'spend_limit',
		/^(?:you['’]ve (?:hit|reached) )?(?:your |the )?(?:[\w'’-]+ ){0,4}spend(?:ing)? (?:limit|cap)\b/i,
		BILLING,
	],
	[
		'org_usage_limit',
		/^you['’]ve (?:hit|reached) your org(?:anization)?['’]s (?:\w+ )?(?:usage|spend)\b/i,
		BILLING,
	],
	['out_of_credits', /^you['’]re out of (?:extra usage|(?:usage )?credits)\b/i, BILLING],
	['org_out_of_usage', /^your (?:org(?:anization)?|team) is out of (?:extra )?(?:usage|credits)\b/i, BILLING],
	['seat_without_usage', /^your seat type doesn['’]t include\b/i, BILLING],
	['allocation_disabled', /^your usage allocation has been disabled\b/i, BILLING],
	['group_limit_zero', /^your group['’]s usage limit is set to \$0(?![\d.])/i, BILLING],
	['model_needs_credits', /^[A-Z][\w.-]*(?: [\w.-]+){0,3} requires usage credits\b/, MODEL_BILLING],
	['long_context_credits', /^(?:usage credits|extra usage) (?:(?:is|are) )?required for\b/i, MODEL_BILLING],
	['paused', /^usage is paused for your organization\b/i, { limit: 'quota' }],
	['service_disabled', /^this service is disabled for your org\b/i, AUTH],
	['org_disabled', /^(?:this|your) organization has been disabled\b/i, AUTH],
	['org_disabled_plan', /^your organization has disabled\b/i, AUTH],
	['org_key_disabled', /^your [\w ]{1,40} belongs to a disabled organization\b/i, AUTH],
	['not_logged_in', /^not logged in\b/i, AUTH],
	['invalid_key', /^invalid api key\b/i, AUTH],
	['session_expired', /^your (?:claude )?session has expired\b/i, AUTH],
	['cloud_credentials', /^could not load (?:aws|gcp|google|azure|the default) ?credentials\b/i, AUTH],
	['throttled', /^server is temporarily limiting requests\b/i, { limit: 'rate' }],
	['please_login', /^[^\n]{0,200}\bplease run \/login\b/i, AUTH],
	['context_limit', /^context (?:limit|window)\b/i, { failure: 'context_too_long' }],
	['too_long', /^prompt is too long\b/i, { failure: 'context_too_long' }],
	// What is left of "you've hit" is a plan's window.
	['hit_limit', /^you['’]ve (?:hit|reached) (?:your|the) (?:[\w'’.-]+ ){0,4}limit\b/i, { limit: 'window' }],
	[
		'limit_reached',
		/^(?:limit reached|(?:claude )?(?:[\w'’.-]+ ){0,3}(?:usage|[\w-]+hour|session|weekly|monthly|opus|sonnet|haiku|fable) limit (?:reached|resets))\b/i,
		{ limit: 'window' },
	],
	[
		'overloaded',
		/^(?:repeated )?(?:529 )?(?:\{.{0,200}"overloaded_error"|overloaded\b)/i,
		{ limit: 'overloaded' },
	],
];

const CODEX: readonly SentenceRule[] = [
	[
		'usage_limit_of_model',
		/^you['’]ve (?:hit|reached) your usage limit for /i,
		{ limit: 'window', scope: 'model' },
	],
	['usage_limit', /^(?:you['’]ve (?:hit|reached) your|the) usage limit\b/i, { limit: 'window' }],
	[
		'workspace_credits',
		/^(?:your (?:workspace|organization|team) is|you(?: are|['’]re)) out of credits\b/i,
		BILLING,
	],
	['spend_cap', /^you hit your spend cap\b/i, BILLING],
	['plan_without_codex', /^to use codex with your chatgpt plan, upgrade /i, BILLING],
	['quota_exceeded', /^quota exceeded\. check your plan\b/i, BILLING],
	['at_capacity', /^selected model is at capacity\./i, { limit: 'overloaded' }],
	[
		'budget',
		/^(?:\w+ ){0,3}budget (?:has been |was )?(?:reached|exceeded|exhausted)\b/i,
		{ failure: 'max_budget' },
	],
	[
		'out_of_room',
		/^codex ran out of room in the model['’]s context window\b/i,
		{ failure: 'context_too_long' },
	],
	['missing_key', /^missing environment variable: /i, AUTH],
	[
		'stale_login',
		/^your (?:access token|refresh token|authentication session|session|login)\b[^.]{0,80}\b(?:not be refreshed|expired|revoked|invalid)\b/i,
		AUTH,
	],
	[
		'incomplete_tokens',
		/^incomplete response returned, reason: max_output_tokens\b/i,
		{ failure: 'max_tokens' },
	],
	['incomplete_filter', /^incomplete response returned, reason: content_filter\b/i, { failure: 'refusal' }],
];

/** Each CLI's own, by agent id. */
export const OWN_SENTENCES: ReadonlyMap<string, readonly SentenceRule[]> = new Map([
	['claude', CLAUDE],
	['codex', CODEX],
]);

/**
 * The names that providers, gateways and CLIs give to a refused request (`error.type`, `error.code`, `reason`, exception
 * names, quota ids). Case and separators do not count: `UsageLimitExceeded` is `usage_limit_exceeded`.
 * Sources: the providers' own error references and reports of their users, read in November 2026.
 */
import type { Meaning } from './meaning.ts';

const BILLING: Meaning = { limit: 'billing', ignoresShortDelay: true };
const MODEL_BILLING: Meaning = { limit: 'billing', scope: 'model', ignoresShortDelay: true };

const TABLE: ReadonlyArray<readonly [Meaning, string]> = [
	// OpenAI and compatible APIs.
	[
		BILLING,
		`insufficient_quota credit_balance_exhausted organization_spend_limit_exceeded project_spend_limit_exceeded
		organization_usage_limit_exceeded billing_hard_limit_reached billing_not_active usage_not_included
		insufficient_credits insufficient_balance insufficient_funds insufficient_user_quota quota_not_enough
		pre_consume_token_quota_failed not_enough_balance payment_required budget_exceeded no_credits
		BudgetExceededError ExceededBudget out_of_credits credits_exhausted`,
	],
	// Anthropic and claude's own `error` and `api_error`.
	[BILLING, 'billing_error enforced_spend_limit_reached contract_spend_limit_reached credits_required'],
	[
		MODEL_BILLING,
		'model_requires_usage_credits long_context_credits_required consent_unanswered no_allowed_fallback',
	],
	// OpenCode's own plans: Zen by credit, Go by window.
	[BILLING, 'CreditsError MonthlyLimitError UserLimitError'],
	[{ limit: 'window' }, 'GoUsageLimitError SubscriptionUsageLimitError account_rate_limit'],
	[{ limit: 'quota' }, 'FreeUsageLimitError free_tier_limit'],
	// Copilot.
	[{ limit: 'window', window: 'weekly' }, 'user_weekly_rate_limited'],
	[{ limit: 'window', window: 'session' }, 'user_global_rate_limited'],
	[{ limit: 'window', scope: 'model' }, 'user_model_rate_limited integration_rate_limited'],
	[{ limit: 'quota' }, 'session_quota_exceeded'],
	[BILLING, 'additional_spend_limit_reached billing_not_configured'],
	// Moonshot, Volcengine, DashScope, MiniMax (2056, 1008), Zhipu (1113, 1308-1311), SiliconFlow (30001).
	[
		BILLING,
		'exceeded_current_quota_error AccountOverdueError Arrearage PrepaidBillOverdue PostpaidBillOverdue',
	],
	[BILLING, 'CommodityNotPurchased AllocationQuota.FreeTierOnly Throttling.AllocationQuota.FreeTierOnly'],
	[BILLING, '1113 1008 1309 30001 InvalidSubscription SetLimitExceeded'],
	[{ limit: 'window' }, '1308 2056 AccountQuotaExceeded'],
	[{ limit: 'window' }, '1310'],
	[{ limit: 'quota', window: 'daily' }, '1304'],
	[{ limit: 'billing', scope: 'model' }, '1311 2061'],
	[{ limit: 'rate' }, '1302 1303 1039 1041 2045 Throttling.RateQuota Throttling.BurstRate limit_burst_rate'],
	[
		{ limit: 'rate' },
		'limit_requests RequestBurstTooFast RateLimitExceeded.EndpointRPMExceeded RateLimitExceeded.EndpointTPMExceeded',
	],
	[{ limit: 'overloaded' }, '1305 1312 engine_overloaded_error ServerOverloaded queue_exceeded'],
	// Google.
	[{ limit: 'window', isRateWhenSoon: true }, 'QUOTA_EXHAUSTED'],
	[BILLING, 'INSUFFICIENT_G1_CREDITS_BALANCE BILLING_DISABLED INVALID_PAYMENT_INSTRUMENT'],
	[{ limit: 'overloaded' }, 'MODEL_CAPACITY_EXHAUSTED MODEL_CAPACITY_EXCEEDED'],
	// Plans of CLIs.
	[{ limit: 'window' }, 'usage_limit_reached subscription_usage_limit_exceeded'],
	[
		{ limit: 'quota' },
		'ServiceQuotaExceededException quota_exceeded token_quota_exceeded request_quota_exceeded',
	],
	// Overload by name.
	[{ limit: 'overloaded' }, 'server_is_overloaded server_overloaded ModelNotReadyException NoCapacity'],
	[{ limit: 'overloaded' }, 'service_tier_capacity_exceeded policy_capacity_unavailable'],

	[
		{ failure: 'auth' },
		`invalid_api_key incorrect_api_key_error invalid_authentication_error account_deactivated
		organization_deactivated organization_restricted mismatched_organization ip_not_authorized
		unsupported_country_region_territory oauth_org_not_allowed account_on_hold verification_required
		cloud_credential_error provider_credentials gateway_signin_required gateway_session_expired
		gateway_login_required api_key_auth_disabled org_disabled_credential invalid_credential_header
		named_profile_unusable stored_login_refused oauth_refresh_store_refused refresh_token_failed
		refresh_token_expired refresh_token_reused refresh_token_invalidated token_expired token_revoked
		token_invalidated API_KEY_INVALID API_KEY_SERVICE_BLOCKED SERVICE_DISABLED CONSUMER_SUSPENDED
		ACCESS_TOKEN_EXPIRED ACCESS_TOKEN_TYPE_UNSUPPORTED CREDENTIALS_MISSING ACCOUNT_STATE_INVALID
		USER_PROJECT_DENIED VALIDATION_REQUIRED UNSUPPORTED_CLIENT IneligibleTierError ExpiredTokenException
		ExpiredToken UnrecognizedClientException InvalidSignatureException CredentialsProviderError
		AuthError ProviderAuthError invalid_grant InvalidApiKey workspace_access_denied
		access_program_not_enabled FatalAuthenticationError 1112 1121 2049`,
	],
	[
		{ failure: 'context_too_long' },
		`context_length_exceeded context_window_exceeded model_max_prompt_tokens_exceeded request_too_large
		message_over_context_limit tokens_limit_reached ContextOverflowError prompt_too_long
		max_input_tokens_exceeded 1261`,
	],
	[
		{ failure: 'refusal' },
		`refusal content_filter content_policy_violation ResponsibleAIPolicyViolation invalid_prompt cyber_policy
		bio_policy misalignment_policy_violation data_inspection_failed DataInspectionFailed
		SensitiveContentDetected InputTextSensitiveContentDetected sensitive_words_detected prompt_blocked
		content_blocked safety_violation 1301 1026 1027`,
	],
	[
		{ failure: 'max_budget' },
		'session_budget_exceeded session_budget_reached budget_reached budget_exhausted rollout_budget_exhausted',
	],
	[
		{ failure: 'model_not_found' },
		`model_not_found model_not_supported unavailable_model DeploymentNotFound ModelNotFoundError
		ProviderModelNotFoundError unknown_model ModelNotFound ModelError Model.AccessDenied 1211`,
	],
	[{ failure: 'max_tokens' }, 'max_output_tokens MessageOutputLengthError'],

	// What the HTTP status says as well.
	[
		{ limit: 'rate', isWeak: true },
		`rate_limit rate_limit_error rate_limit_exceeded rate_limited rate_limit_reached_error too_many_requests
		too_many_requests_error RateLimitReached RateLimitError RESOURCE_EXHAUSTED ThrottlingException Throttling
		Throttling.AllocationQuota TooManyRequestsException response_too_many_failed_attempts slow_down requests
		tokens RATE_LIMIT_EXCEEDED TOKEN_LIMIT_EXCEEDED`,
	],
	[
		{ limit: 'overloaded', isWeak: true },
		'overloaded overloaded_error UNAVAILABLE ServiceUnavailableException service_unavailable SERVICE_NOT_AVAILABLE',
	],
	[
		{ failure: 'auth', isWeak: true },
		`authentication_error authentication_failed permission_error permission_denied PERMISSION_DENIED
		UNAUTHENTICATED unauthorized forbidden AccessDeniedException AccessDenied access_denied
		permission_denied_error access_terminated_error INVALID_API_KEY FAILED_TO_AUTH`,
	],
	[{ failure: 'model_not_found', isWeak: true }, 'not_found_error NOT_FOUND resource_not_found_error'],
];

/** Names that are built from parts: Google's quota ids (`GenerateRequestsPerDayPerProjectPerModel-FreeTier`) and the like. */
const PATTERNS: ReadonlyArray<readonly [RegExp, Meaning, string]> = [
	[/per_?day/i, { limit: 'quota', window: 'daily', ignoresShortDelay: true }, 'per_day'],
	[/(?:per_?|by_?)(?:minute|second)/i, { limit: 'rate' }, 'per_minute'],
	[/by_?day\b/i, { limit: 'quota', window: 'daily', ignoresShortDelay: true }, 'by_day'],
];

const normal = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, '');

type Known = { meaning: Meaning; name: string };

/** Made at the first look-up, when something went wrong, not at every start. */
let byWord: ReadonlyMap<string, Known> | null = null;

const readTable = (): ReadonlyMap<string, Known> =>
	new Map(
		TABLE.flatMap(([meaning, words]) =>
			words
				.split(/\s+/)
				.filter((name) => name !== '')
				.map((name) => [normal(name), { meaning, name }] as const),
		),
	);

/** A machine's word is one word; a sentence is not. */
const LONGEST_WORD = 120;

/** What `word` means and its name in the table; null for an unknown word. */
export function meaningOfWord(word: string): Known | null {
	if (word.length > LONGEST_WORD || /\s/.test(word.trim())) return null;
	byWord ??= readTable();
	const known = byWord.get(normal(word));
	if (known !== undefined) return known;
	const built = PATTERNS.find(([pattern]) => pattern.test(word));
	return built === undefined ? null : { meaning: built[1], name: built[2] };
}

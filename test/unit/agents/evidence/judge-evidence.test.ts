import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	type Evidence,
	judgeEvidence,
	limitOf,
	readEvidence,
	type Verdict,
} from '../../../../src/agents/evidence/judge-evidence.ts';
import { growthOf, LINEAR } from '../../../helpers/growth.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z');
const HOUR = 3600_000;
const claude = (text: string) => ({ agent: 'claude', text });

function meaning(evidence: Evidence): string {
	const verdict = judgeEvidence(evidence, NOW);
	if (verdict === null) return 'unknown';
	return verdict.kind === 'limit' ? verdict.limitKind : verdict.stopReason;
}

const limitVerdict = (evidence: Evidence) => {
	const verdict = judgeEvidence(evidence, NOW);
	if (verdict?.kind !== 'limit') throw new Error(`no limit: ${JSON.stringify(verdict)}`);
	return verdict;
};

describe('the machine word', () => {
	it.each([
		['insufficient_quota', 429, 'billing'],
		['credit_balance_exhausted', 429, 'billing'],
		['insufficient_user_quota', 403, 'billing'],
		['pre_consume_token_quota_failed', 403, 'billing'],
		['CreditsError', 401, 'billing'],
		['ExceededBudget', 400, 'billing'],
		['ModelError', 401, 'model_not_found'],
		['MonthlyLimitError', 401, 'billing'],
		['exceeded_current_quota_error', 429, 'billing'],
		['billing_error', 400, 'billing'],
		['enforced_spend_limit_reached', 429, 'billing'],
		['Arrearage', 400, 'billing'],
		['AccountOverdueError', 403, 'billing'],
		['1113', 429, 'billing'],
		['SetLimitExceeded', 429, 'billing'],
		['usage_not_included', 429, 'billing'],
		['model_requires_usage_credits', 429, 'billing'],
		['long_context_credits_required', 429, 'billing'],
		['usage_limit_reached', 429, 'window'],
		['user_weekly_rate_limited', 429, 'window'],
		['user_global_rate_limited', 429, 'window'],
		['GoUsageLimitError', 429, 'window'],
		['AccountQuotaExceeded', 429, 'window'],
		['1308', 429, 'window'],
		['1310', 429, 'window'],
		['FreeUsageLimitError', 429, 'quota'],
		['GenerateRequestsPerDayPerProjectPerModel-FreeTier', 429, 'quota'],
		['Gemini25ProRequestsPerDayPerUserPerTier', 429, 'quota'],
		['UserByModelByDay', 429, 'quota'],
		['GenerateContentInputTokensPerModelPerMinute-FreeTier', 429, 'rate'],
		['UserByModelByMinute', 429, 'rate'],
		['MODEL_CAPACITY_EXHAUSTED', 429, 'overloaded'],
		['engine_overloaded_error', 429, 'overloaded'],
		['server_is_overloaded', 500, 'overloaded'],
		['context_length_exceeded', 400, 'context_too_long'],
		['message_over_context_limit', 400, 'context_too_long'],
		['tokens_limit_reached', 413, 'context_too_long'],
		['content_filter', 400, 'refusal'],
		['cyber_policy', 400, 'refusal'],
		['invalid_prompt', 400, 'refusal'],
		['session_budget_exceeded', 429, 'max_budget'],
		['cloud_credential_error', null, 'auth'],
		['account_deactivated', 429, 'auth'],
		['org_disabled_credential', 400, 'auth'],
		['refresh_token_failed', null, 'auth'],
		['API_KEY_INVALID', 400, 'auth'],
		['IneligibleTierError', null, 'auth'],
		['model_not_found', 400, 'model_not_found'],
		['DeploymentNotFound', 404, 'model_not_found'],
	])('%s with status %s is %s', (word, status, expected) => {
		expect(meaning({ words: [word], status })).toBe(expected);
	});

	it('counts whatever its case and separators', () => {
		for (const word of [
			'insufficientQuota',
			'INSUFFICIENT_QUOTA',
			'insufficient-quota',
			'Insufficient.Quota',
		])
			expect(meaning({ words: [word], status: 429 })).toBe('billing');
	});

	it('that only repeats the status gives way to the sentence', () => {
		const weak = [
			['rate_limit_error', 'You have exceeded the monthly usage quota.', 'window'],
			['RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.', 'billing'],
			['authentication_failed', 'user quota is not enough', 'billing'],
			['permission_error', 'This organization has been disabled.', 'auth'],
			['ThrottlingException', 'Too many tokens per day, please wait before trying again.', 'quota'],
			['rate_limit_error', 'The engine is currently overloaded, please try again later', 'overloaded'],
		] as const;
		for (const [word, providerText, expected] of weak)
			expect(meaning({ words: [word], providerText, status: 429 }), providerText).toBe(expected);
	});

	it('comes before every sentence, end and status', () => {
		const providerText = 'Too many requests per minute. Try again in 9 hours.';
		expect(meaning({ words: ['insufficient_quota'], providerText, status: 529 })).not.toBe('rate');
		expect(meaning({ words: ['context_length_exceeded'], providerText, status: 402 })).toBe(
			'context_too_long',
		);
	});

	it('is one word: a sentence in its place means nothing', () => {
		expect(meaning({ words: ['insufficient quota for this user'] })).toBe('unknown');
		expect(meaning({ words: [`${'x'.repeat(200)}PerDay`] })).toBe('unknown');
	});

	it.each(['invalid_request_error', 'api_error', 'server_error', 'internal_error', 'unknown', '', 'success'])(
		'%j is none',
		(word) => {
			expect(meaning({ words: [word] })).toBe('unknown');
		},
	);
});

const SENTENCES: ReadonlyArray<readonly [string, string]> = [
	// billing
	['Your credit balance is too low to access the Anthropic API.', 'billing'],
	['Insufficient balance. Manage your billing here: https://opencode.ai/workspace/w/billing', 'billing'],
	['Insufficient Balance', 'billing'],
	['Insufficient credits. Add more using https://openrouter.ai/settings/credits', 'billing'],
	[
		'This request requires more credits, or fewer max_tokens. You requested up to 32000 tokens, but can only afford 0.',
		'billing',
	],
	['Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys', 'billing'],
	['Your account org-x is suspended due to insufficient balance, please recharge your account', 'billing'],
	['You exceeded your current quota, please check your plan and billing details.', 'billing'],
	['Your account is in arrears, please recharge and try again', 'billing'],
	['user quota is not enough', 'billing'],
	['token quota is not enough, token remain quota: $0.1', 'billing'],
	['用户额度不足, 剩余额度: $0.002', 'billing'],
	['该令牌额度已用尽', 'billing'],
	['您的账户余额不足，请充值后重试', 'billing'],
	['您的账户已欠费', 'billing'],
	['You have reached your monthly spending limit of $20.', 'billing'],
	['Budget has been exceeded! Current cost: 10.01, Max budget: 10.0', 'billing'],
	['You have exceeded your monthly included credits for Inference Providers.', 'billing'],
	['Your team has either used all available credits or reached its monthly spending limit.', 'billing'],
	[
		'Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.',
		'billing',
	],
	['Your AI credits balance is too low to continue.', 'billing'],
	['Your subscription has expired. Please renew.', 'billing'],
	['Your current subscription plan does not yet include access to GLM-5', 'billing'],
	['套餐已到期', 'billing'],
	['预扣费额度失败, 用户额度不足', 'billing'],
	['Key limit exceeded. Manage it using https://openrouter.ai/keys', 'billing'],
	['Account x is suspended, possibly due to reaching the monthly spending limit', 'billing'],
	['Please add credits to continue', 'billing'],
	['Your account has no remaining credits.', 'billing'],
	['Your free trial has ended', 'billing'],
	['You do not have enough credits to make this request.', 'billing'],
	["You don't have enough credit", 'billing'],
	['Not enough money on your account', 'billing'],
	['Billing is not enabled for this project.', 'billing'],
	['This API method requires billing to be enabled.', 'billing'],
	['Please upgrade your plan to use this model.', 'billing'],
	['Monthly budget exceeded for team 7', 'billing'],
	['账号余额为0', 'billing'],
	['积分不足，请续费', 'billing'],
	['您的点数不足', 'billing'],
	['预扣费额度失败, 用户剩余额度: ＄2.533620, 需要预扣费额度: ＄2.627750 (request id: 1)', 'billing'],
	['ExceededBudget: User=7 over budget. Spend=10.63354472, Budget=10.0', 'billing'],
	['Quota exceeded and account balance is $0.0, please pay with fiat', 'billing'],
	['Extra usage is required for long context requests.', 'billing'],
	['Model access is denied: A valid payment instrument must be provided.', 'billing'],
	[
		'Third-party apps now draw from your extra usage, not your plan limits. Add more and keep going.',
		'billing',
	],
	['The long context beta is not yet available for this subscription.', 'billing'],
	// windows
	['Key limit exceeded (weekly limit). Manage it using https://openrouter.ai/settings/keys', 'window'],
	['Key limit exceeded (monthly limit). Manage it using https://openrouter.ai/settings/keys', 'window'],
	['hour allocated quota exceeded.', 'window'],
	['week allocated quota exceeded.', 'window'],
	['month allocated quota exceeded.', 'window'],
	["You've hit the subscription rate limit: 135/135 requests used in the last 5 hours", 'window'],
	// a day's quota
	[
		'Quota exceeded for aiplatform.googleapis.com/online_prediction_input_tokens_per_day_per_base_model with base model: anthropic-claude-opus-4-5.',
		'quota',
	],
	['you have used up your daily free allocation of 10,000 neurons, please upgrade', 'quota'],
	// rates and servers
	[
		'Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_minute_per_base_model with base model: x.',
		'rate',
	],
	['concurrency allocated quota exceeded.', 'rate'],
	['该模型当前访问量过大，请您稍后再试', 'overloaded'],
	// the model
	['This token has no access to model claude-opus-4-5', 'model_not_found'],
	['该令牌无权访问模型 claude-opus-4-5', 'model_not_found'],
	[
		'Invocation of model ID anthropic.claude-x with on-demand throughput isn’t supported. Retry your request.',
		'model_not_found',
	],
	['Model kimi-k2.5 not supported', 'model_not_found'],
	['The model gpt-5.9 does not exist', 'model_not_found'],
	// plan windows
	['You have exceeded the monthly usage quota.', 'window'],
	['You have exceeded the 5-hour usage quota. It will reset at 2026-11-21 20:00:00 +0800 CST.', 'window'],
	['Usage limit reached for 5 hour. Your limit will reset at 2026-11-21 12:00:00', 'window'],
	['Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-11-23 22:19:54', 'window'],
	[
		"You've reached your usage limit for this billing cycle. Your quota will be refreshed in the next cycle.",
		'window',
	],
	['Individual quota reached. Please upgrade your subscription to increase your limits.', 'window'],
	['usage limit exceeded, 5-hour usage limit reached for Token Plan Starter', 'window'],
	['已达到 5 小时的使用上限。您的限额将在 2026-11-21 20:00:00 重置。', 'window'],
	['已达到每周/每月使用上限', 'window'],
	['Monthly token quota exceeded', 'window'],
	['You have used 100% of your weekly allowance.', 'window'],
	['五小时限额已用完', 'window'],
	['5-hour limit reached. Please upgrade your plan.', 'window'],
	['Quota of your plan reached: weekly limit', 'window'],
	['You have exhausted your premium requests for this month', 'window'],
	// a day's quota
	['Too many tokens per day, please wait before trying again.', 'quota'],
	[
		'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
		'quota',
	],
	[
		'Rate limit reached for gpt-5 in organization org-x on tokens per day (TPD): Limit 900000, Used 900000.',
		'quota',
	],
	['Your account request reached organization TPD rate limit, current: 1526210, limit: 1500000', 'quota'],
	[
		'Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 62183 seconds before retrying.',
		'quota',
	],
	[
		"Quota exceeded for quota metric 'Gemini 2.5 Pro Requests' and limit 'Gemini 2.5 Pro Requests per day per user per tier' of service 'cloudcode-pa.googleapis.com'",
		'quota',
	],
	['You have exhausted your daily quota on this model.', 'quota'],
	[
		'* Quota exceeded for metric: generativelanguage.googleapis.com/free_tier_requests, limit: 0, model: gemini-pro',
		'quota',
	],
	['今日调用次数已达当日上限', 'quota'],
	['今日调用次数已达上限', 'quota'],
	['Quota exceeded', 'quota'],
	['You have reached your request limit for today.', 'quota'],
	["Today's limit is used up", 'quota'],
	['24-hour request limit reached', 'quota'],
	['配额已用尽', 'quota'],
	['Your quota has been exhausted.', 'quota'],
	// rates
	['Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000, Used 30000.', 'rate'],
	['Request too large for gpt-5 on tokens per min (TPM): Limit 30000, Requested 45000.', 'rate'],
	['Too many tokens, please wait before trying again.', 'rate'],
	['Too many requests. Please upgrade your plan for more.', 'rate'],
	['访问过于频繁，请稍后再试', 'rate'],
	['Too many requests, please wait before trying again.', 'rate'],
	['Rate limit is exceeded. Try again in 17 seconds.', 'rate'],
	['Server is temporarily limiting requests (not your usage limit)', 'rate'],
	['Your account request reached organization max RPM: 20, please try again after 1 seconds', 'rate'],
	['High concurrency usage of this API, please reduce concurrency', 'rate'],
	['当前请求过于频繁，请稍后再试', 'rate'],
	['您的账户已达到速率限制', 'rate'],
	['Allocated quota exceeded, please increase your quota limit.', 'rate'],
	[
		'This request would exceed the rate limit for your organization of 30,000 input tokens per minute.',
		'rate',
	],
	['deepseek-chat:free is temporarily rate-limited upstream. Please retry shortly.', 'rate'],
	['Rate limit reached. Add credits to raise your rate limits.', 'rate'],
	['Quota exceeded. Retry in 20s.', 'rate'],
	// overload
	['The model is overloaded. Please try again later.', 'overloaded'],
	['Selected model is at capacity', 'overloaded'],
	['No capacity available for model gemini-3-pro on the server', 'overloaded'],
	['当前分组上游负载已饱和，请稍后再试', 'overloaded'],
	// the request itself
	['prompt is too long: 210000 tokens > 200000 maximum', 'context_too_long'],
	[
		'Your input exceeds the context window of this model. Please adjust your input and try again.',
		'context_too_long',
	],
	['input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000', 'context_too_long'],
	[
		"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
		'context_too_long',
	],
	['the request exceeds the available context size, try increasing it', 'context_too_long'],
	[
		'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
		'context_too_long',
	],
	['Invalid request: Your request exceeded model token limit: 131072', 'context_too_long'],
	['Input is too long for requested model.', 'context_too_long'],
	['Context limit reached · /compact or /clear to continue', 'context_too_long'],
	['输入内容超出模型上下文长度', 'context_too_long'],
	['the conversation no longer fits in the context window', 'context_too_long'],
	['The prompt does not fit the context length of the model', 'context_too_long'],
	['Invalid prompt: your prompt was flagged as potentially violating our usage policy.', 'refusal'],
	["Invalid prompt: we've limited access to this content for safety reasons.", 'refusal'],
	['This request has been flagged for possible cybersecurity risk.', 'refusal'],
	[
		"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
		'refusal',
	],
	['Output blocked by content filtering policy', 'refusal'],
	['系统检测到输入或生成内容可能包含不安全或敏感内容', 'refusal'],
	['Request blocked by content filter', 'refusal'],
	['输入内容包含敏感信息', 'refusal'],
	['Session budget reached ($5.00)', 'max_budget'],
	['budget reached', 'max_budget'],
	['The token budget has been exhausted', 'max_budget'],
	// the login
	['This organization has been disabled.', 'auth'],
	['Your account has been deactivated', 'auth'],
	['The security token included in the request is expired', 'auth'],
	['The SSO session token associated with profile=dev was not found or is invalid.', 'auth'],
	['OAuth token has expired. Please obtain a new token or refresh your existing token.', 'auth'],
	['Incorrect API key provided: sk-***.', 'auth'],
	['This client is no longer supported for Gemini Code Assist for individuals.', 'auth'],
	['Failed to refresh token', 'auth'],
	['Failed to refresh the access token: try later', 'auth'],
	['无效的令牌', 'auth'],
];

describe("the provider's own sentence", () => {
	it.each(SENTENCES)('%s is %s', (providerText, expected) => {
		for (const status of [null, 400, 429, 403]) expect(meaning({ providerText, status })).toBe(expected);
	});

	it.each([
		'Something went wrong.',
		'Internal server error',
		"You've used 90% of your weekly limit",
		"You're close to your usage limit",
		'Weekly limit reached, now using extra usage',
		'5-hour limit resets 3pm ∙ continuing with extra usage',
		'Fast limit reached and temporarily disabled · resets in 5m',
		'agent thread limit reached',
		'Disk quota exceeded (os error 122)',
		'write error: No space left on device',
		'The file size limit was exceeded',
		"Invalid value: 'weekly limit reached'. Supported values are: 'a' and 'b'.",
		'Unknown field `usage limit reached`',
		'Invalid schema for function "monthly_quota_exceeded per day"',
		'See https://platform.openai.com/docs/guides/rate-limits and https://x.test/insufficient-balance',
		'maximum number of turns reached',
		'try again in a day',
		'messages.2.content: weekly limit reached, insufficient balance',
		'tools.0.custom.description: usage limit reached',
		'max_tokens: 64000 > 32000, which is the maximum allowed number of output tokens',
		'The model gave no answer',
		'balance: 0 is not an allowed property of the input',
		'The model gpt-5.5 says: reasoning.effort is not supported',
		'due to tool use concurrency issues. Run /rewind to recover the conversation.',
	])('%s is none', (providerText) => {
		expect(meaning({ providerText })).toBe('unknown');
	});

	it('does not make a limit of the name of a model, a tool or a field', () => {
		const names = fc.constantFrom(
			'weekly-limit-reached',
			'insufficient balance',
			'requests per day',
			'usage limit reached',
			'余额不足',
			'rate limit',
		);
		const frames: ReadonlyArray<(name: string) => string> = [
			(name) => `Invalid type for \`${name}\`: expected a string`,
			(name) => `tools.0.name: '${name}' should match pattern ^[a-z]+$`,
			(name) => `Unsupported parameter: "${name}"`,
			(name) => `Unknown name “${name}” at messages[3]`,
		];
		fc.assert(
			fc.property(names, fc.constantFrom(...frames), (name, frame) => {
				expect(meaning({ providerText: frame(name), status: 400 })).toBe('unknown');
			}),
		);
	});

	it.each(['limit ', 'exceeded context ', 'a ', '配额', "'", '`', 'credit balance '])(
		'takes no more than as much longer as the text is longer: %j',
		(piece) => {
			const judge = (pieces: number) => {
				const text = piece.repeat(pieces);
				judgeEvidence({ providerText: text, ownSentence: claude(text) }, NOW);
			};
			expect(growthOf(judge)).toBeLessThan(LINEAR);
		},
	);
});

const CODEX_WORDS = /workspace|your spend cap|codex|budget|selected model|access token/i;

describe("the CLI's own sentence", () => {
	it.each([
		["You've hit your 5-hour limit · resets 10:09am (UTC)", 'window'],
		["You've hit your monthly spend limit", 'billing'],
		["You've hit your org's monthly spend limit", 'billing'],
		["You've hit your org's monthly usage limit", 'billing'],
		["You've reached your Fable 5 limit", 'window'],
		["You're out of usage credits. Switch to another model to continue.", 'billing'],
		["You're out of extra usage", 'billing'],
		['Your org is out of usage', 'billing'],
		["Your seat type doesn't include usage credits", 'billing'],
		["Your seat type doesn't include usage", 'billing'],
		["Your seat type doesn't include extra usage", 'billing'],
		['Your usage allocation has been disabled by your admin', 'billing'],
		["Your group's usage limit is set to $0", 'billing'],
		['Opus 5 requires usage credits', 'billing'],
		['Usage credits required for 1M context · turn on usage credits', 'billing'],
		['Extra usage is required for 1M context · enable extra usage at claude.ai/settings/usage', 'billing'],
		['This service is disabled for your org', 'auth'],
		['Your organization has disabled Claude subscription access for Claude Code · Use an API key', 'auth'],
		['Your workspace is out of credits. Add credits to continue.', 'billing'],
		['You’re out of credits. Add credits to your workspace to continue.', 'billing'],
		['You hit your spend cap set in your workspace.', 'billing'],
		['Codex ran out of room in the model’s context window.', 'context_too_long'],
		['budget reached', 'max_budget'],
		['session budget exceeded', 'max_budget'],
		['rollout budget exhausted', 'max_budget'],
		['The session budget has been reached.', 'max_budget'],
		['Selected model is at capacity. Please try a different model.', 'overloaded'],
		['Your access token could not be refreshed because your refresh token was revoked.', 'auth'],
	])('%s is %s', (text, expected) => {
		const agent = CODEX_WORDS.test(text) ? 'codex' : 'claude';
		expect(meaning({ ownSentence: { agent, text } })).toBe(expected);
	});

	it("is that CLI's alone", () => {
		expect(meaning({ ownSentence: { agent: 'claude', text: 'budget reached' } })).toBe('unknown');
		expect(meaning({ ownSentence: { agent: 'codex', text: 'Session limit reached' } })).toBe('unknown');
	});

	it.each([
		"I think you've hit your limit",
		'The docs say: your credit balance is too low',
		"Now using extra usage: you've hit your limit",
		'Weekly limit reached, now using extra usage',
		"You've used 95% of your session limit",
		"You're close to your limit",
		"You're now using usage credits",
	])('%s is none', (text) => {
		expect(meaning({ ownSentence: { agent: 'claude', text } })).toBe('unknown');
		expect(meaning({ ownSentence: { agent: 'codex', text } })).toBe('unknown');
	});
});

describe('a reported end', () => {
	it('too far away for a rate makes a window of it', () => {
		const far = [
			{ providerText: 'Too many requests. Try again in 5 hours.', status: 429 },
			{ status: 429, resetAt: NOW + 3 * HOUR },
			{ words: ['rate_limit_error'], status: 429, delayMs: 2 * HOUR },
		];
		for (const evidence of far) expect(meaning(evidence)).toBe('window');
		expect(meaning({ status: 429, delayMs: 300_000 })).toBe('rate');
		expect(meaning({ providerText: 'Limit of tokens per minute. Try again in 6m.', status: 429 })).toBe(
			'rate',
		);
		expect(meaning({ status: 529, delayMs: 2 * HOUR })).toBe('overloaded');
	});

	it('is kept for every kind, and makes a window of a balance that comes back', () => {
		expect(limitVerdict({ words: ['FreeUsageLimitError'], resetAt: NOW + HOUR })).toMatchObject({
			limitKind: 'quota',
			resetAt: NOW + HOUR,
			confidence: 'exact',
		});
		expect(limitVerdict({ status: 429, delayMs: 90_000 })).toMatchObject({
			limitKind: 'rate',
			resetAt: NOW + 90_000,
			confidence: 'derived',
		});
		expect(
			limitVerdict({ ownSentence: claude("You're out of extra usage · resets 1pm (UTC)") }),
		).toMatchObject({
			limitKind: 'window',
			resetAt: NOW + 5 * HOUR,
		});
	});

	it('of seconds with an empty balance or a daily quota of Google means nothing', () => {
		for (const word of ['insufficient_quota', 'GenerateRequestsPerDayPerProjectPerModel'])
			for (const end of [
				{ delayMs: 41_000 },
				{ providerText: 'Please retry in 41.9s.' },
				{ resetAt: NOW + 1000 },
			])
				expect(limitVerdict({ words: [word], ...end })).toMatchObject({
					limitKind: word === 'insufficient_quota' ? 'billing' : 'quota',
					resetAt: null,
					confidence: 'estimated',
				});
	});

	it('of a spent capacity that is seconds away is a rate', () => {
		const words = ['QUOTA_EXHAUSTED'];
		expect(meaning({ words, providerText: 'Your quota will reset after 5s.' })).toBe('rate');
		expect(meaning({ words, providerText: 'Your quota will reset after 3h22m15s.' })).toBe('window');
	});

	it('more than 400 days away is none', () => {
		expect(limitVerdict({ words: ['usage_limit_reached'], resetAt: NOW + 401 * 24 * HOUR })).toMatchObject({
			resetAt: null,
			confidence: 'estimated',
		});
	});
});

describe('the HTTP status', () => {
	it.each([
		[402, 'billing'],
		[429, 'rate'],
		[503, 'overloaded'],
		[529, 'overloaded'],
		[401, 'auth'],
		[403, 'auth'],
		[404, 'model_not_found'],
		[413, 'context_too_long'],
		[400, 'unknown'],
		[500, 'unknown'],
		[200, 'unknown'],
		[null, 'unknown'],
	])('%s alone is %s', (status, expected) => {
		expect(meaning({ status })).toBe(expected);
	});

	it('of an overload counts more than a name that means a rate', () => {
		expect(meaning({ words: ['rate_limit'], status: 529 })).toBe('overloaded');
	});

	it('402 counts more than words that mean a rate, and less than a quota by name', () => {
		expect(meaning({ words: ['rate_limit_error'], status: 402 })).toBe('billing');
		expect(meaning({ providerText: 'Quota exceeded', status: 402 })).toBe('billing');
		expect(meaning({ words: ['quota_exceeded'], status: 402 })).toBe('quota');
	});
});

describe('the scope', () => {
	it('is the model if the word or the text names it', () => {
		const providerText = 'Rate limit reached for gpt-5.5 in organization org-x on tokens per day (TPD).';
		expect(limitVerdict({ providerText, model: 'gpt-5.5' }).scope).toBe('model');
		expect(limitVerdict({ providerText, model: 'o3' }).scope).toBe('account');
		expect(limitVerdict({ words: ['long_context_credits_required'] }).scope).toBe('model');
		expect(limitVerdict({ words: ['usage_limit_reached'] }).scope).toBe('account');
		const context = 'Extra usage is required for long context requests.';
		expect(limitVerdict({ providerText: context, status: 429 }).scope).toBe('model');
		expect(limitVerdict({ ownSentence: claude('Extra usage is required for 1M context · x') }).scope).toBe(
			'model',
		);
	});
});

describe('an error body', () => {
	const inBody = (body: unknown) => readEvidence(JSON.stringify(body), NOW);

	it.each([
		['2026-12-29 23:59:59 +0800 CST', '2026-12-29T15:59:59.000Z'],
		['Dec 29, 2026 9:00 AM PST', '2026-12-29T17:00:00.000Z'],
		['Tue, 29 Dec 2026 16:30:00 GMT', '2026-12-29T16:30:00.000Z'],
		['2026-12-29T23:59:59+0800', '2026-12-29T15:59:59.000Z'],
	])('reports its end as people write it: %s', (resets_at, at) => {
		const { resetAt } = inBody({ error: { message: 'usage limit reached', resets_at } });
		expect(new Date(resetAt ?? 0).toISOString()).toBe(at);
	});

	it.each<readonly [string, unknown, string, Partial<Extract<Verdict, { kind: 'limit' }>>]>([
		[
			'a router',
			{
				error: {
					message:
						'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
					code: 429,
					metadata: {
						headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW + 8 * HOUR) },
					},
				},
			},
			'quota',
			{ resetAt: NOW + 8 * HOUR, confidence: 'exact' },
		],
		[
			'Zen',
			{ type: 'error', error: { type: 'CreditsError', message: 'Insufficient balance.' } },
			'billing',
			{ resetAt: null },
		],
		[
			'a plan',
			{
				error: {
					type: 'usage_limit_reached',
					plan_type: 'plus',
					resets_at: NOW / 1000 + 7200,
					resets_in_seconds: 7200,
				},
			},
			'window',
			{ resetAt: NOW + 2 * HOUR, confidence: 'exact' },
		],
		[
			'Google',
			{
				error: {
					code: 429,
					message: 'You exceeded your current quota, please check your plan and billing details.',
					status: 'RESOURCE_EXHAUSTED',
					details: [
						{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] },
						{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '41s' },
					],
				},
			},
			'quota',
			{ resetAt: null },
		],
		[
			'a gateway that wraps its provider',
			{
				error: {
					message: 'Provider returned error',
					code: 429,
					metadata: {
						raw: '{"error":{"message":"Your account is suspended due to insufficient balance","type":"exceeded_current_quota_error"}}',
					},
				},
			},
			'billing',
			{},
		],
		['a list of errors', [{ error: { code: 'insufficient_quota' } }], 'billing', {}],
	])('of %s', (_name, body, expected, verdict) => {
		const evidence = inBody(body);
		expect(meaning(evidence)).toBe(expected);
		if (expected !== 'unknown') expect(judgeEvidence(evidence, NOW)).toMatchObject(verdict);
	});

	it('inside a sentence is found, with the words before it', () => {
		const text =
			'429 {"error":{"type":"rate_limit_error","message":"You have exceeded the monthly usage quota."}}';
		expect(meaning(readEvidence(text, NOW))).toBe('window');
	});

	it('never throws and never names an end that is not a time', () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
				const verdict = judgeEvidence(readEvidence(JSON.stringify({ error: value }), NOW), NOW);
				if (verdict?.kind === 'limit' && verdict.resetAt !== null)
					expect(Number.isFinite(verdict.resetAt)).toBe(true);
			}),
		);
	});

	it('keeps what it was asked about out of the words', () => {
		const evidence = inBody({
			error: { message: 'Bad request', type: 'invalid_request_error', param: 'insufficient_quota' },
			request: {
				messages: [{ content: 'usage limit reached', name: 'per_day', code: 'insufficient_quota' }],
			},
		});
		expect(meaning(evidence)).toBe('unknown');
	});
});

describe('a verdict as a limit', () => {
	it('names agent, place and rule, and keeps what was matched', () => {
		const verdict = limitVerdict({ words: ['insufficient_quota'], status: 429 });
		expect(
			limitOf(verdict, { agent: 'codex', channel: 'event', at: 'turn.failed', matched: 'Quota exceeded.' }),
		).toEqual({
			kind: 'billing',
			resetAt: null,
			window: null,
			scope: 'account',
			source: {
				channel: 'event',
				rule: 'codex:turn.failed.word.insufficient_quota',
				excerpt: 'Quota exceeded.',
			},
			confidence: 'estimated',
		});
	});
});

/**
 * What providers and gateways say in the message of a refused request, for those whose machine word says nothing or too
 * little. The order is part of the table: the first row that matches counts. Rows are matched only against the provider's own
 * error text, without what it quotes (names of models, of fields, of files) and without addresses, and never against
 * anything that the model, a tool or the user said.
 */
import type { Meaning } from './meaning.ts';

export type SentenceRule = readonly [name: string, pattern: RegExp, meaning: Meaning | null];

const BILLING: Meaning = { limit: 'billing', ignoresShortDelay: true };
const MODEL_BILLING: Meaning = { limit: 'billing', scope: 'model', ignoresShortDelay: true };
const CONTEXT: Meaning = { failure: 'context_too_long' };
const REFUSAL: Meaning = { failure: 'refusal' };
const AUTH: Meaning = { failure: 'auth' };
const DAILY: Meaning = { limit: 'quota', window: 'daily', ignoresShortDelay: true };
const RATE: Meaning = { limit: 'rate' };
const WEAK_RATE: Meaning = { limit: 'rate', isWeak: true };
const OVERLOADED: Meaning = { limit: 'overloaded', isWeak: true };

export const PROVIDER_SENTENCES: readonly SentenceRule[] = [
	// Words that sound like a limit but are not: a place in the request, and what it contains.
	['request_field', /^(?:messages|tools|input|system|contents?)(?:\.|\[)\d+\S*:/i, null],
	['goes_on', /\b(?:now using|continuing with)\b/i, null],
	['warning', /\byou['’](?:ve used|re (?:close to|approaching|nearing))\b/i, null],
	['disk', /\b(?:disk|storage|file system|inode) quota\b|\bno space left\b/i, null],
	[
		'other_feature',
		/\b(?:fast|thread|file size|upload|attachment|image|page|depth|tool call) limit\b/i,
		null,
	],
	['not_the_plan', /\bnot your (?:usage|plan['’]?s?) limit\b/i, RATE],

	// The request itself.
	['context_words', /\b(?:context|prompt|input|request)\b[^.\n]{0,40}\bis too (?:long|large)\b/i, CONTEXT],
	[
		'context_exceeded',
		/\b(?:exceed\w*|over|beyond|larger than|longer than|reached|ran out of room in)\b[^.\n]{0,80}\bcontext[ _-]?(?:window|length|limit|size)\b/i,
		CONTEXT,
	],
	[
		'context_limit',
		/\bcontext[ _-]?(?:window|length|limit|size)\b[^.\n]{0,60}\b(?:exceed\w*|reached|overflow|too long|is full)\b/i,
		CONTEXT,
	],
	['context_maximum', /\bmaximum (?:context|prompt|input|sequence) (?:length|size|tokens)\b/i, CONTEXT],
	['context_tokens', /\binput (?:token count|tokens)\b[^\n]{0,40}\bexceeds?\b/i, CONTEXT],
	['context_model_limit', /\bexceed\w*\b[^.\n]{0,20}\bmodel token limit\b/i, CONTEXT],
	[
		'context_fit',
		/\b(?:no longer fits?|(?:does|do|will|would|can)(?:n['’]t| ?not) fit|too (?:long|large|big))\b[^.\n]{0,40}\bcontext[ _-]?(?:window|length|limit|size)\b/i,
		CONTEXT,
	],
	['context_body', /\brequest body too large for\b|\brange of input length should be\b/i, CONTEXT],
	['context_zh', /(?:输入|上下文|提示词|prompt)[^。\n]{0,20}(?:过长|超长|超出|超过)/i, CONTEXT],
	[
		'policy',
		/\b(?:violat\w*|flagged|blocked|against|trigger\w*|filtered)\b[^.\n]{0,80}\b(?:usage|content|safety|acceptable use|content management|filtering) polic(?:y|ies)\b/i,
		REFUSAL,
	],
	['policy_safety', /\bfor safety reasons\b|\bflagged (?:for|as) (?:possible|potential)/i, REFUSAL],
	[
		'policy_filtered',
		/\b(?:output|prompt|response|content|request|input|message) (?:(?:was|has been) )?(?:blocked|filtered|rejected) (?:by|due to) (?:the |our |your )?(?:\w+ )?(?:content|safety|moderation|guard\w*|filter\w*|polic\w+)\b|\b(?:output|prompt|response|content) (?:was )?(?:blocked|filtered) by\b/i,
		REFUSAL,
	],
	[
		'policy_inappropriate',
		/\bmay contain (?:inappropriate|unsafe|sensitive)\b|敏感(?:信息|内容|词)|违规内容/i,
		REFUSAL,
	],

	// A day's quota comes first: it often offers to be bought off.
	['google_limit_zero', /\blimit:\s*0(?!\d|\.\d)/i, { limit: 'quota' }],
	['key_limit_daily', /\bkey limit exceeded \(daily\b/i, DAILY],
	['key_limit_weekly', /\bkey limit exceeded \(weekly\b/i, { limit: 'window', window: 'seven_day' }],
	['key_limit_monthly', /\bkey limit exceeded \(monthly\b/i, { limit: 'window', window: 'monthly' }],
	[
		'per_day',
		/(?:\b|_)(?:per|each|every)[ _-]day(?:\b|_)|\brequests a day\b|\bper 86400 ?s\b|\b(?:TPD|RPD)\b|\/day\b|每天|每日|当日|单日|(?:今日|今天)[^。\n]{0,20}(?:上限|额度|次数|配额|限额|用量)/i,
		DAILY,
	],
	[
		'per_minute',
		/(?:\b|_)(?:per|each)[ _-](?:min(?:ute)?|second|sec)(?:\b|_)|\bper \d{1,3} ?s\b|\b(?:TPM|RPM|RPS|QPS)\b|每分钟|每秒/i,
		RATE,
	],

	// OpenAI's sentence for a rate, whatever the wait.
	['rate_reached_for', /\brate limit reached for \S/i, RATE],

	// A limit that the session itself was given.
	[
		'own_budget',
		/^budget (?:reached|exhausted)\b|\b(?:session|turn|task|token|rollout|conversation) budget (?:has been |was |is )?(?:reached|exceeded|exhausted|used up)\b/i,
		{ failure: 'max_budget' },
	],

	// Something that somebody has to pay for or to allow.
	[
		'balance',
		/(?:\b(?:insufficient|not enough|low|exhausted|negative|zero|no)|(?:\bnot|n['’]t) have (?:enough|sufficient|any)) (?:account |credit |user |remaining |available )?(?:balance|funds|credits?|money)\b/i,
		BILLING,
	],
	[
		'balance_is',
		/\b(?:balance|credits?)\b[^.\n]{0,30}\b(?:too low|insufficient|depleted|exhausted|used up|not enough|ran out|run out)\b|\b(?:account|credit|current|remaining|your) balance(?: is|:) ?[$€¥＄]? ?(?:-\d|0(?:\.0+)?(?![\d.]*\d))/i,
		BILLING,
	],
	[
		'out_of_credit',
		/\b(?:out of|ran out of|run out of|used all(?: of)?(?: your| available)?)\b[^.\n]{0,30}\b(?:credits?|funds|extra usage|balance)\b/i,
		BILLING,
	],
	['needs_extra_usage', /\bextra usage (?:is )?required\b|\brequires? extra usage\b/i, MODEL_BILLING],
	['draws_on_extra_usage', /\bdraws? from your extra usage\b/i, BILLING],
	[
		'needs_credit',
		/\b(?:requires?|needs?) (?:more |usage |additional )?credits?\b|\bcredits? (?:are )?required\b/i,
		BILLING,
	],
	[
		'add_credit',
		/\badd (?:more |some |additional )?(?:credits?|funds|balance|money)\b(?![^.\n]{0,60}\b(?:raise|increase|unlock|higher|faster)\b)/i,
		BILLING,
	],
	[
		'needs_paying',
		/\b(?:recharge|top[- ]?up|payment required|payment method|payment instrument|in arrears|overdue|unpaid|past[- ]due)\b/i,
		BILLING,
	],
	[
		'spend_limit',
		/\b(?:spend(?:ing)?|billing|budget|credit|key) (?:hard )?(?:limit|cap)\b|\bbudget (?:has been |was |is )?(?:exceeded|exhausted|used up|reached)\b|\bexceeded (?:\w+ )?budget\b|\bover (?:its |your |the )?budget\b/i,
		BILLING,
	],
	[
		'billing_off',
		/\bbilling (?:is not|isn['’]t|(?:has )?not(?: been)?|(?:to|must) be) (?:enabled|active|set up)\b/i,
		BILLING,
	],
	['included_credits', /\bincluded credits\b|\bused up your (?:free )?credits\b/i, BILLING],
	['key_monthly', /\bkey with a higher (?:\w+ )?limit\b/i, BILLING],
	[
		'user_quota',
		/\b(?:user|account|free allocated|group) quota\b[^.\n]{0,30}\b(?:not enough|insufficient|exceeded|exhausted|0)\b|\btoken quota\b[^.\n]{0,20}\b(?:not enough|insufficient)\b/i,
		BILLING,
	],
	['insufficient_quota', /\binsufficient (?:\w+ )?quota\b/i, BILLING],
	[
		'plan_expired',
		/\b(?:subscription|plan|package|(?:free )?trial)\b[^.\n]{0,40}\b(?:has |is )?(?:expired|inactive|not active|ended|cancel?led)\b/i,
		BILLING,
	],
	[
		'plan_excludes',
		/\b(?:plan|subscription|seat type)\b[^.\n]{0,30}\b(?:does not|doesn['’]t|not) (?:yet )?(?:include|support|cover)\b/i,
		BILLING,
	],
	[
		'allocation',
		/\ballocation\b[^.\n]{0,30}\b(?:disabled|set to 0)\b|\blimit is set to \$0(?![\d.])/i,
		BILLING,
	],
	[
		'billing_zh',
		/余额(?:不足|为 ?[0零])|(?:额度|积分|点数)不足|额度已(?:用尽|用完|耗尽)|欠费|预扣费(?:额度)?失败|充值|续费|套餐(?:已)?(?:到期|过期)|已逾期/,
		BILLING,
	],
	[
		'quota_billing',
		/\bexceeded (?:your )?current quota\b(?![\s\S]*\bquota exceeded for (?:quota )?metric\b)/i,
		BILLING,
	],

	// A plan's window.
	[
		'five_hour',
		/\b(?:5|five)[- ]?(?:hours?|h)\b[^.\n]{0,40}\b(?:limit|quota|cap|window)\b|\b(?:limit|quota)\b[^.\n]{0,30}\bfor (?:5|five) hours?\b|[5五] ?小时|\bhour allocated quota\b|\b(?:limit|quota|cap|used)\b[^.\n]{0,60}\b(?:last|past|per|every) (?:5|five)[- ]?hours?\b/i,
		{ limit: 'window', window: 'five_hour' },
	],
	['session', /\bsession (?:usage |rate )?limit\b/i, { limit: 'window', window: 'session' }],
	[
		'weekly',
		/\b(?:weekly|per week|7[- ]days?|seven[- ]days?)\b[^.\n]{0,40}\b(?:limit|quota|cap|usage|allowance|allocation)\b|\bweek allocated quota\b|每周|本周/i,
		{ limit: 'window', window: 'seven_day' },
	],
	[
		'monthly',
		/\b(?:monthly|per month|billing cycle)\b[^.\n]{0,40}\b(?:limit|quota|cap|usage|allowance|allocation)\b|\bmonth allocated quota\b|\b(?:limit|quota|cap|usage|requests)\b[^.\n]{0,40}\b(?:billing cycle|billing period|(?:this|for the) month)\b|每月|本月|当月/i,
		{ limit: 'window', window: 'monthly' },
	],
	[
		'daily',
		/\b(?:daily|24[- ]?h(?:ours?)?)\b[^.\n]{0,40}\b(?:limit|quota|cap|usage|allowance|allocation)\b|\b(?:limit|quota|cap|requests|allowance)\b[^.\n]{0,20}\b(?:for|of) today\b|\btoday['’]s (?:\w+ )?(?:limit|quota|cap|allowance)\b/i,
		DAILY,
	],
	['plan_quota', /\bexhausted your capacity on this model\b/i, { limit: 'window', isRateWhenSoon: true }],
	[
		'usage_limit',
		/\b(?:usage|plan|subscription|individual) (?:limits?|quota|cap)\b[^.\n]{0,30}\b(?:reached|exceeded|exhausted|hit)\b|\b(?:reached|exceeded|exhausted|hit)\b[^.\n]{0,40}\b(?:usage|plan|subscription|individual) (?:limits?|quota|cap)\b|使用(?:上限|限额)/i,
		{ limit: 'window' },
	],

	// The login.
	[
		'org_disabled',
		/\b(?:organization|account|workspace|key|credential)\b[^.\n]{0,30}\b(?:has been |is |was )(?:disabled|restricted|deactivated|suspended|revoked|terminated|locked|banned)\b/i,
		AUTH,
	],
	['sso', /\bSSO session\b|\bsso login\b|\baws login\b|\bsecurity token included in the request\b/i, AUTH],
	[
		'token',
		/\b(?:access|refresh|oauth|auth|id|security|api|session)[ _-]?(?:token|key|credentials?)s?\b[^.\n]{0,60}\b(?:expired|invalid|revoked|not valid|could not be refreshed|not found|missing|incorrect)\b/i,
		AUTH,
	],
	[
		'key',
		/\b(?:invalid|incorrect|expired|missing|revoked|unknown|no) (?:api|access|auth\w*)[ _-]?(?:key|token|credentials?)\b/i,
		AUTH,
	],
	[
		'credentials',
		/\bcould not (?:load|refresh|find|resolve)\b[^.\n]{0,40}\bcredentials\b|\bfailed to refresh (?:\w+ ){0,3}(?:tokens?|credentials?|login|session)\b|\btoken refresh (?:has )?failed\b|\bre-?authenticate\b|\binvalid_grant\b/i,
		AUTH,
	],
	[
		'login',
		/\bplease run \/login\b|\b(?:log|sign) ?in again\b|\bnot logged in\b|\blogin (?:has )?expired\b/i,
		AUTH,
	],
	['tier', /\bno longer supported for\b[^.\n]{0,60}\bindividuals\b|\bineligible ?tier\b/i, AUTH],
	['auth_zh', /无效的令牌|令牌(?:已过期|状态不可用)|身份验证|鉴权失败|无效的?\s?API ?key/i, AUTH],

	[
		'model_unknown',
		/\bmodel\b(?:[^.\n]|\.(?=\w)){0,80}\b(?:does not exist|not found|not available for your)\b|\bmodel (?:\S{1,80} )?(?:is )?not supported\b|\bmodel identifier is invalid\b|\baccess to (?:the )?model\b|\bon-demand throughput isn['’]t supported\b|无可用渠道|模型不存在|无权(?:访问|使用)(?:该|此)?模型/i,
		{ failure: 'model_not_found', isWeak: true },
	],
	[
		'plan_without',
		/\bnot (?:yet )?(?:available|included|supported|enabled) (?:for|on|in|with|under) (?:this|your) (?:current )?(?:subscription|plan|seat)\b/i,
		MODEL_BILLING,
	],

	// What the status says as well.
	[
		'overloaded',
		/\boverloaded\b|\bat capacity\b|\bno capacity\b|\bcapacity exceeded\b|\bserver is busy\b|负载(?:已)?饱和|服务(?:器)?繁忙|访问量过大|过载/i,
		OVERLOADED,
	],
	['allocated', /\ballocated quota exceeded\b|\btoken[- ]limit exceeded\b/i, WEAK_RATE],
	// Even if it does not say what for, it says more than a 403.
	[
		'quota',
		/\bquota\b[^.\n]{0,20}\b(?:exceeded|exhausted|used up|reached)\b(?! for\b)|配额[^。\n]{0,6}(?:用尽|用完|耗尽|超限|不足)/i,
		{ limit: 'quota', isWeak: true, isRateWhenSoon: true },
	],
	[
		'rate',
		/\brate[ _-]?limit|\btoo many (?:requests|tokens|concurrent)\b|\b(?:max\w*|high|reduce|request|account|user|model|key|organization) concurrency\b|\bconcurrency\b[^.\n]{0,30}\b(?:limits?|quota|exceed\w*|reached|usage)\b|\bconcurrent requests?\b|\bthrottl|\bslow down\b|请求过(?:多|快)|过于频繁|速率限制|频率|并发/i,
		WEAK_RATE,
	],
	// It does not say what for.
	['upgrade', /\bupgrade (?:your|to a) (?:\w+ )?(?:plan|subscription|account)\b/i, BILLING],
];

/** The rest of an error text is not searched. */
const SEARCHED_CHARS = 4000;
const ADDRESS = /\bhttps?:\/\/\S+/gi;
/** Google puts the name of its own quota in quotes. */
const GOOGLE_QUOTA_NAME = /\bquota exceeded for (?:quota )?metric\b[\s\S]{0,200}?\blimit '([^']{1,200})'/i;

/** The text in which sentences are looked for. */
export function ownText(text: string): string {
	const searched = text.slice(0, SEARCHED_CHARS);
	const quota = GOOGLE_QUOTA_NAME.exec(searched)?.[1] ?? '';
	// `'…'`, `` `…` ``, `“…”`: what a message quotes is a name, not the message's own word.
	const quoted =
		/(?<![\p{L}\d])'[^'\n]{1,300}'(?![\p{L}\d])|`[^`\n]{1,300}`|“[^”\n]{1,300}”|(?<![\p{L}\d])"[^"\n]{1,300}"(?![\p{L}\d])/gu;
	return `${searched.replace(ADDRESS, ' ').replace(quoted, ' … ')} ${quota}`;
}

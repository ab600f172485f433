import { describe, expect, it } from 'vitest';
import type { AgentExit } from '../../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z');
const EXIT_0: AgentExit = { exitCode: 0, signal: null, stopRequested: null };
const EXIT_1: AgentExit = { exitCode: 1, signal: null, stopRequested: null };
const INIT = { type: 'system', subtype: 'init', session_id: 's1', model: 'claude-opus-4-5' };

/** Older versions report neither `error` nor `api_error_status`: only the sentence is left. */
const own = (words: string, more: object = {}) => ({
	type: 'assistant',
	message: { id: 'c', model: '<synthetic>', content: [{ type: 'text', text: words }] },
	parent_tool_use_id: null,
	...more,
});
const said = (words: string) => ({
	type: 'assistant',
	message: { id: 'm', model: 'claude-opus-4-5', content: [{ type: 'text', text: words }] },
	parent_tool_use_id: null,
});
const result = (words: string, more: object = {}) => ({
	type: 'result',
	subtype: 'success',
	is_error: true,
	result: words,
	session_id: 's1',
	...more,
});

function run(lines: readonly object[], exit = EXIT_1) {
	const parser = claudeAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => NOW,
	});
	const stdout = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
	const events = parser.push(Buffer.from(stdout));
	const end = parser.end(exit, null);
	return { events: [...events, ...end.events], turn: end.turn };
}

const LIMITS: ReadonlyArray<readonly [string, string, string | null, string | null]> = [
	['Claude AI usage limit reached|1795255786', 'window', null, '2026-11-21T10:09:46.000Z'],
	[
		'Claude usage limit reached. Your limit will reset at 9am (America/Chicago).',
		'window',
		null,
		'2026-11-21T15:00:00.000Z',
	],
	['5-hour limit reached ∙ resets 7pm (UTC)', 'window', 'five_hour', '2026-11-21T19:00:00.000Z'],
	['Session limit reached ∙ resets 7pm (UTC)', 'window', 'five_hour', '2026-11-21T19:00:00.000Z'],
	['Weekly limit reached ∙ resets Nov 23 at 9:30am (UTC)', 'window', 'seven_day', '2026-11-23T09:30:00.000Z'],
	[
		'Opus weekly limit reached ∙ resets Mon 9am (UTC)',
		'window',
		'seven_day_opus',
		'2026-11-23T09:00:00.000Z',
	],
	["You've hit your limit · resets 3pm (Europe/Berlin)", 'window', null, '2026-11-21T14:00:00.000Z'],
	['You’ve hit your session limit · resets 10:09am (UTC)', 'window', 'five_hour', '2026-11-21T10:09:00.000Z'],
	[
		"You've hit your weekly limit · resets Nov 24, 6am (UTC) · progress saved",
		'window',
		'seven_day',
		'2026-11-24T06:00:00.000Z',
	],
	[
		"You've hit your Sonnet limit · resets Nov 24, 6am (UTC)",
		'window',
		'seven_day_sonnet',
		'2026-11-24T06:00:00.000Z',
	],
	["You've reached your weekly limit", 'window', 'seven_day', null],
	["You've hit your org's monthly usage limit", 'billing', null, null],
	[
		"You're out of extra usage · resets 1pm (America/Los_Angeles)",
		'window',
		null,
		'2026-11-21T21:00:00.000Z',
	],
	["You're out of extra usage", 'billing', null, null],
	["You're out of usage credits. Switch to another model to continue.", 'billing', null, null],
	['Your organization is out of usage credits. Contact your admin to add more.', 'billing', null, null],
	["You've hit your monthly spend limit. See Usage in Settings", 'billing', null, null],
	['Credit balance is too low', 'billing', null, null],
	['Spending cap reached', 'billing', null, null],
	['Spending cap reached resets 6:33pm (UTC)', 'window', null, '2026-11-21T18:33:00.000Z'],
	['Limit reached – contact an admin to keep working', 'window', null, null],
	[
		'Weekly limit resets Nov 24, 6am (UTC) ∙ contact an admin to keep working',
		'window',
		'seven_day',
		'2026-11-24T06:00:00.000Z',
	],
	[
		'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
		'billing',
		null,
		null,
	],
	['Usage is paused for your organization. For help, please contact support.', 'quota', null, null],
	['API Error: 402 Payment Required', 'billing', null, null],
	[
		'API Error: 429 {"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account\'s rate limit."}}',
		'rate',
		null,
		null,
	],
	['API Error: Request rejected (429) · Please try again later.', 'rate', null, null],
	['API Error: Server is temporarily limiting requests (not your usage limit) · …', 'rate', null, null],
	[
		'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
		'overloaded',
		null,
		null,
	],
	['API Error: Repeated 529 Overloaded errors', 'overloaded', null, null],
	['API Error (529 {"type":"error","error":{"type":"overloaded_error"}})', 'overloaded', null, null],
	['API Error: Overloaded', 'overloaded', null, null],
];

describe("a limit in claude's own sentence alone", () => {
	it.each(LIMITS)('%s is %s', (words, kind, window, resetAt) => {
		for (const lines of [
			[INIT, own(words), result(words)],
			[INIT, result(words)],
			[INIT, own(words)],
		]) {
			const { turn, events } = run(lines);
			expect(turn).toMatchObject({ outcome: 'limited', stopReason: 'limit', limit: { kind, window } });
			const reported = turn.limit?.resetAt ?? null;
			expect(reported === null ? null : new Date(reported).toISOString()).toBe(resetAt);
			expect(turn.limit?.source).toMatchObject({
				channel: 'result',
				rule: expect.stringMatching(/^claude:result\./),
			});
			expect(events.filter(({ type }) => type === 'limit')).toHaveLength(1);
			expect(events.filter(({ type }) => type === 'agent_message_chunk')).toEqual([]);
		}
	});

	it('counts after work of the model too, and when the result line does not call itself an error', () => {
		const words = "You've hit your limit · resets 3pm (UTC)";
		for (const more of [{}, { is_error: false }])
			expect(run([INIT, said('I begin.'), own(words), result(words, more)]).turn).toMatchObject({
				outcome: 'limited',
				limit: { kind: 'window', resetAt: Date.parse('2026-11-21T15:00:00Z') },
			});
	});

	it('says more than a bare 429, and never less than an event', () => {
		const words = "You've hit your weekly limit · resets Nov 24, 6am (UTC)";
		const bare = run([INIT, own(words, { error: 'rate_limit' }), result(words, { api_error_status: 429 })]);
		expect(bare.turn.limit).toMatchObject({ kind: 'window', window: 'seven_day' });
		const info = { status: 'rejected', resetsAt: 1_795_255_786, rateLimitType: 'five_hour' };
		const event = { type: 'rate_limit_event', rate_limit_info: info };
		const both = run([
			INIT,
			event,
			own(words, { error: 'rate_limit' }),
			result(words, { api_error_status: 429 }),
		]);
		expect(both.turn.limit).toMatchObject({ window: 'five_hour', source: { channel: 'event' } });
	});
});

describe('the same words from anyone else', () => {
	it.each(LIMITS)('%s is not a limit', (words) => {
		const toolText = {
			type: 'user',
			message: { content: [{ type: 'tool_result', tool_use_id: 't', content: words, is_error: true }] },
			parent_tool_use_id: null,
		};
		const toolUse = {
			type: 'assistant',
			message: {
				id: 'm',
				model: 'claude-opus-4-5',
				content: [{ type: 'tool_use', id: 't', name: 'Bash', input: {} }],
			},
			parent_tool_use_id: null,
		};
		const echo = { type: 'user', message: { role: 'user', content: words }, parent_tool_use_id: null };
		const ofSubAgent = own(words, { parent_tool_use_id: 't' });
		const done = result(words, { is_error: false });
		for (const lines of [
			[INIT, said(words), done],
			[INIT, echo, toolUse, toolText, said(words), done],
			[INIT, toolUse, ofSubAgent, said('Done.'), done],
			// Whatever else failed then: the last words were the model's.
			[INIT, said(words), result(words)],
			[INIT, said(words), result(words, { subtype: 'error_during_execution', errors: [words] })],
			[INIT, echo],
		]) {
			const { turn, events } = run(lines);
			expect(turn.limit).toBeNull();
			expect(events.filter(({ type }) => type === 'limit' || type === 'retry')).toEqual([]);
		}
	});

	it.each([
		'I think you’ve hit your limit · resets 3pm',
		'The docs say: Claude AI usage limit reached|1795255786',
		'Context limit reached · /compact or /clear to continue',
		'No response requested.',
		'Weekly limit reached, now using extra usage',
		'5-hour limit resets 3pm ∙ continuing with extra usage',
		'Claude Opus limit reached, now using Sonnet 4',
		'Fast limit reached and temporarily disabled · resets in 5m',
	])('%s, even from claude, is none that a rule knows', (words) => {
		expect(run([INIT, own(words), result(words)]).turn).toMatchObject({ outcome: 'failed', limit: null });
	});
});

describe('a failure that only a sentence reports', () => {
	it.each([
		['Invalid API key · Fix external API key', 'auth'],
		['API Error: 401 {"type":"error","error":{"type":"authentication_error"}} · Please run /login', 'auth'],
		['OAuth token has expired · Please run /login', 'auth'],
		['Prompt is too long', 'context_too_long'],
		['API Error: 500 Internal server error', 'api_error'],
		['Something else', null],
	])('%s is %s', (words, stopReason) => {
		expect(run([INIT, own(words), result(words)]).turn).toMatchObject({
			outcome: 'failed',
			stopReason,
			limit: null,
		});
	});
});

describe('windows that newer versions list', () => {
	const windows = {
		five_hour: { utilization: 1, resetsAt: 1_795_255_786 },
		seven_day: { utilization: 0.65, resetsAt: 1_795_600_000 },
	};

	it('are reported as utilization, each once', () => {
		const info = {
			status: 'allowed',
			rateLimitType: 'five_hour',
			utilization: 0.99,
			unifiedWindows: windows,
		};
		const { turn } = run([INIT, { type: 'rate_limit_event', rate_limit_info: info }]);
		expect(turn.utilization.map(({ window, ratio }) => [window, ratio])).toEqual([
			['five_hour', 0.99],
			['seven_day', 0.65],
		]);
		expect(turn.limit).toBeNull();
	});

	it('say which one a refusal without a reset means', () => {
		const info = { status: 'rejected', unifiedWindows: windows };
		const { turn } = run([INIT, { type: 'rate_limit_event', rate_limit_info: info }]);
		expect(turn.limit).toMatchObject({ kind: 'window', window: 'five_hour', resetAt: 1_795_255_786_000 });
	});

	it('are no limit while a grace serves, and one when that ends', () => {
		const info = {
			status: 'rejected',
			resetsAt: 1_795_255_786,
			rateLimitType: 'five_hour',
			rateLimitGraceActive: true,
		};
		const lines = [INIT, { type: 'rate_limit_event', rate_limit_info: info }, said('I wrap up.')];
		expect(run([...lines, result('I wrap up.', { is_error: false })], EXIT_0).turn).toMatchObject({
			outcome: 'completed',
		});
		const words = "You've hit your session limit · resets 10:09am (UTC)";
		const refused = [own(words, { error: 'rate_limit' }), result(words, { api_error_status: 429 })];
		expect(run([...lines, ...refused]).turn).toMatchObject({
			outcome: 'limited',
			limit: { kind: 'window', window: 'five_hour', resetAt: Date.parse('2026-11-21T10:09:00Z') },
		});
	});

	it('do not serve when extra usage is refused as well', () => {
		const refused = {
			status: 'rejected',
			resetsAt: 1_795_255_786,
			isUsingOverage: true,
			overageStatus: 'rejected',
		};
		expect(run([INIT, { type: 'rate_limit_event', rate_limit_info: refused }]).turn.outcome).toBe('limited');
	});
});

describe("claude's machine word for a limit of the account", () => {
	const refused = (words: string, api_error: string, info: object | null = null) =>
		run([
			INIT,
			...(info === null
				? []
				: [{ type: 'rate_limit_event', rate_limit_info: { status: 'rejected', ...info } }]),
			own(words, { error: 'rate_limit', api_error }),
			result(words, { api_error_status: 429, api_error }),
		]).turn;

	it.each([
		["You've hit your 5-hour limit · resets 10:09am (UTC)", 'window'],
		["You've hit your monthly spend limit", 'billing'],
		["You've hit your org's monthly usage limit", 'billing'],
		["Your group's usage limit is set to $0", 'billing'],
		["Your seat type doesn't include usage credits", 'billing'],
		['Your usage allocation has been disabled by your admin', 'billing'],
		['Something that no version said before', 'window'],
	])('stands for a window or for money, as the sentence says: %s is %s', (words, kind) => {
		expect(refused(words, 'usage_limit_reached').limit).toMatchObject({ kind });
	});

	it('for credits that a model needs holds for that model, whatever the event left open', () => {
		const info = { errorCode: 'credits_required', isUsingOverage: false };
		for (const event of [null, info])
			expect(
				refused('Opus 5 requires usage credits', 'model_requires_usage_credits', event).limit,
			).toMatchObject({
				kind: 'billing',
				scope: 'model',
			});
	});

	it.each([
		['This service is disabled for your org', undefined],
		['Your ANTHROPIC_API_KEY belongs to a disabled organization · Unset it', undefined],
		['API Error: refused', 'org_disabled_credential'],
		['API Error: refused', 'gateway_session_expired'],
		['API Error: refused', 'api_key_auth_disabled'],
	])('%s (%s) is a refused login', (words, api_error) => {
		const { turn } = run([
			INIT,
			own(words, { error: 'rate_limit', api_error }),
			result(words, { api_error_status: 429, api_error }),
		]);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'auth', limit: null });
	});
});

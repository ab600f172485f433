import { describe, expect, it } from 'vitest';
import type { AgentExit } from '../../../../src/agents/agent-adapter.ts';
import { opencodeAdapter } from '../../../../src/agents/opencode/adapter.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z');
const HOUR = 3_600_000;
const ID = 'ses_own0000000000';
const EXITED: AgentExit = { exitCode: 1, signal: null, stopRequested: null };

function opencode() {
	const parser = opencodeAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => NOW,
	});
	return {
		push: (type: string, rest: object) =>
			parser.push(Buffer.from(`${JSON.stringify({ type, timestamp: NOW, sessionID: ID, ...rest })}\n`)),
		stderr: (text: string) => parser.stderr(Buffer.from(`${text}\n`)),
		end: (exit: AgentExit = EXITED) => parser.end(exit, null),
	};
}

const status = (message: string, waitMs: number, more: object = {}) =>
	`\u001e${JSON.stringify({ relay: 'session.status', sessionID: ID, status: { type: 'retry', attempt: 1, message, next: NOW + waitMs, ...more } })}`;

/** The plugin's lines: what each is, and the end it reports. */
const WHILE_WAITING: ReadonlyArray<readonly [string, string, string, number | null]> = [
	[
		status('Subscription quota exceeded.', 2 * HOUR, { action: { reason: 'account_rate_limit' } }),
		'limit',
		'window',
		2 * HOUR,
	],
	[
		status('Subscription quota exceeded. You can continue using free models.', 2 * HOUR),
		'limit',
		'window',
		null,
	],
	[status('Usage limit reached', 2 * HOUR), 'limit', 'window', 2 * HOUR],
	[status('5 hour limit reached', 3 * HOUR), 'limit', 'window', 3 * HOUR],
	[status('The usage limit has been reached', 2000), 'limit', 'window', null],
	[status('Free usage exceeded, add credits https://opencode.ai/zen', 2000), 'limit', 'quota', null],
	[status('Usage limit reached', 2000), 'limit', 'window', null],
	[
		status('Insufficient balance. Manage your billing here: https://opencode.ai/x', 2000),
		'limit',
		'billing',
		null,
	],
	[status('Rate limit exceeded: free-models-per-day. Add 10 credits', 2000), 'limit', 'quota', null],
	[status('You have exceeded the monthly usage quota.', 2000), 'limit', 'window', null],
	[status('账户余额不足，请充值', 2000), 'limit', 'billing', null],
	[status('{"error":{"message":"x","code":"insufficient_quota"}}', 2000), 'limit', 'billing', null],
	[status('Rate limit reached for m1 on requests per min.', 4000), 'retry', 'rate', 4000],
	// No rate of requests a minute asks to wait for an hour.
	[status('Too Many Requests', 59 * 60_000), 'limit', 'window', 59 * 60_000],
	[status('Too Many Requests', 4 * 60_000), 'retry', 'rate', 4 * 60_000],
	[status('Rate Limited', 2000), 'retry', 'rate', 2000],
	[status('Provider is overloaded', 2000), 'retry', 'overloaded', 2000],
	[status('Cannot connect to API: fetch failed', 2000), 'retry', 'network', 2000],
];

describe('a status of opencode while it waits', () => {
	it.each(WHILE_WAITING)('%s', (line, type, kind, waitMs) => {
		const event = opencode()
			.stderr(line)
			.find((one) => one.type === 'limit' || one.type === 'retry');
		if (type === 'limit') {
			expect(event).toMatchObject({ type, limit: { kind } });
			if (waitMs !== null) expect(event).toMatchObject({ limit: { resetAt: NOW + waitMs } });
		} else expect(event).toMatchObject({ type, reason: kind, delayMs: waitMs });
	});

	it.each(WHILE_WAITING)('is nothing on stdout, or anywhere else on stderr: %s', (line) => {
		const cli = opencode();
		cli.push('step_start', { part: {} });
		cli.push('text', { part: { id: 'p', text: line } });
		cli.push('reasoning', { part: { id: 'r', text: line } });
		cli.push('tool_use', {
			part: {
				callID: 'c',
				tool: 'bash',
				state: { status: 'error', input: { command: line }, error: line, output: line },
			},
		});
		cli.stderr(`error: ${line}`);
		cli.stderr(line.slice(1));
		cli.push('step_finish', { part: { reason: 'stop', tokens: { input: 1, output: 1 }, cost: 0 } });
		const end = cli.end({ ...EXITED, exitCode: 0 });
		expect(end.turn).toMatchObject({ outcome: 'completed', limit: null });
		expect(end.events.filter(({ type }) => type === 'limit' || type === 'retry')).toEqual([]);
	});
});

const body = (error: object) => JSON.stringify({ error });

const AT_THE_END: ReadonlyArray<readonly [string, object, string, number | null]> = [
	[
		'APIError',
		{
			statusCode: 429,
			message: 'The usage limit has been reached',
			responseBody: body({
				type: 'usage_limit_reached',
				resets_at: NOW / 1000 + 7200,
				resets_in_seconds: 7200,
			}),
		},
		'window',
		2 * HOUR,
	],
	[
		'APIError',
		{
			statusCode: 429,
			message: 'Subscription quota exceeded.',
			responseBody: body({ type: 'GoUsageLimitError' }),
			responseHeaders: { 'retry-after': '7200' },
		},
		'window',
		2 * HOUR,
	],
	[
		'APIError',
		{ statusCode: 429, message: 'Rate limit exceeded.', responseBody: body({ type: 'FreeUsageLimitError' }) },
		'quota',
		null,
	],
	[
		'APIError',
		{ statusCode: 429, message: 'You exceeded your quota. Please retry in 34.5s.', responseBody: '{}' },
		'rate',
		null,
	],
	[
		'APIError',
		{ statusCode: 429, message: 'x', responseBody: body({ code: 'insufficient_quota' }) },
		'billing',
		null,
	],
	[
		'APIError',
		{ statusCode: 402, message: 'Insufficient credits. Add more using https://openrouter.ai/credits' },
		'billing',
		null,
	],
	['APIError', { statusCode: 529, message: 'Overloaded' }, 'overloaded', null],
	[
		'APIError',
		{
			statusCode: 401,
			message: 'x',
			responseBody: JSON.stringify({ type: 'error', error: { type: 'CreditsError' } }),
		},
		'billing',
		null,
	],
	[
		'APIError',
		{ statusCode: 401, message: 'x', responseBody: JSON.stringify({ error: { type: 'MonthlyLimitError' } }) },
		'billing',
		null,
	],
	['APIError', { statusCode: 403, message: 'user quota is not enough' }, 'billing', null],
	['APIError', { statusCode: 400, message: 'The usage limit has been reached' }, 'window', null],
	['APIError', { statusCode: 500, message: 'upstream: rate limit exceeded' }, 'rate', null],
	[
		'APIError',
		{
			statusCode: 429,
			message: 'Rate limit exceeded: free-models-per-day',
			responseBody: JSON.stringify({
				error: { code: 429, metadata: { headers: { 'X-RateLimit-Reset': String(NOW + 5 * HOUR) } } },
			}),
		},
		'quota',
		5 * HOUR,
	],
	[
		'UnknownError',
		{ message: body({ type: 'usage_limit_reached', resets_at: NOW / 1000 + 3600 }) },
		'window',
		HOUR,
	],
	[
		'UnknownError',
		{ message: JSON.stringify({ type: 'error', error: { type: 'too_many_requests' } }) },
		'rate',
		null,
	],
];

describe('the last error of opencode', () => {
	it.each(AT_THE_END)('%s %j is %s', (name, data, kind, waitMs) => {
		const cli = opencode();
		cli.push('error', { error: { name, data } });
		expect(cli.end().turn).toMatchObject({
			outcome: 'limited',
			limit: { kind, resetAt: waitMs === null ? null : NOW + waitMs },
		});
	});

	it.each([
		['ProviderAuthError', { providerID: 'openai', message: 'usage limit reached' }, 'auth'],
		['ContextOverflowError', { message: 'rate_limit_exceeded' }, 'context_too_long'],
		['MessageOutputLengthError', {}, 'max_tokens'],
		['APIError', { statusCode: 400, message: 'The model refused the parameter limit' }, 'api_error'],
		['APIError', { statusCode: 403, message: 'This key has been disabled' }, 'auth'],
		['APIError', { statusCode: 400, message: 'Input exceeds the context window' }, 'context_too_long'],
		['APIError', { statusCode: 400, message: 'Your prompt was flagged under our usage policy' }, 'refusal'],
		['UnknownError', { message: 'The usage limit has been reached' }, 'api_error'],
	])('%s %j is not a limit but %s', (name, data, stopReason) => {
		const cli = opencode();
		cli.push('error', { error: { name, data } });
		expect(cli.end().turn).toMatchObject({ outcome: 'failed', stopReason, limit: null });
	});
});

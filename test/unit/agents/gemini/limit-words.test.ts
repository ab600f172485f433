import { describe, expect, it } from 'vitest';
import type { AgentExit } from '../../../../src/agents/agent-adapter.ts';
import { geminiAdapter } from '../../../../src/agents/gemini/adapter.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z');
const EXITED: AgentExit = { exitCode: 1, signal: null, stopRequested: null };
const INIT = { type: 'init', session_id: '11111111-2222-4333-8444-555555555555', model: 'gemini-2.5-pro' };
const CALL = {
	type: 'tool_use',
	tool_name: 'run_shell_command',
	tool_id: 't',
	parameters: { command: 'make' },
};

function gemini() {
	const parser = geminiAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => NOW,
	});
	return {
		push: (line: object) => parser.push(Buffer.from(`${JSON.stringify(line)}\n`)),
		stderr: (text: string) => parser.stderr(Buffer.from(`${text}\n`)),
		end: (exit: AgentExit = EXITED) => parser.end(exit, null),
	};
}

const attempt = (words: string, delayMs: number) =>
	`Attempt 1 failed: ${words}. Retrying after ${delayMs}ms...`;
const backoff = (body: string, status = 429) =>
	`Attempt 1 failed with status ${status}. Retrying with backoff... _ApiError: ${body}\n    at x {\n  status: ${status}\n}`;

/** Lines of stderr while the CLI continues: what each is, and how long it announces (`null`: nothing). */
const WHILE_WAITING: ReadonlyArray<readonly [string, string, string, number | null]> = [
	[
		attempt(
			'You have exhausted your capacity on this model. Your quota will reset after 3h12m5s.',
			11_600_000,
		),
		'limit',
		'window',
		11_525_000,
	],
	[
		attempt(
			'You have exhausted your capacity on this model. Your quota will reset after 8h44m7s.',
			31_500_000,
		),
		'limit',
		'window',
		31_447_000,
	],
	[
		backoff(
			'{"error":{"code":429,"message":"You have exhausted your capacity on this model. Your quota will reset after 1d2h."}}',
		),
		'limit',
		'window',
		93_600_000,
	],
	[
		attempt('You have exhausted your capacity on this model. Your quota will reset after 5s.', 6173),
		'retry',
		'rate',
		6173,
	],
	[
		attempt('You have exhausted your capacity on this model. Your quota will reset after 0s.', 5710),
		'retry',
		'rate',
		5710,
	],
	[attempt('Resource exhausted\nSuggested retry after 60s.', 61_000), 'retry', 'rate', 61_000],
	[
		attempt('No capacity available for model gemini-3-flash-preview on the server', 6000),
		'retry',
		'overloaded',
		6000,
	],
	[
		backoff('{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}', 503),
		'retry',
		'overloaded',
		null,
	],
	[
		backoff('{"error":{"code":429,"message":"Resource exhausted","status":"RESOURCE_EXHAUSTED"}}'),
		'retry',
		'rate',
		null,
	],
	[
		'Attempt 2 failed with 429 error (no Retry-After header). Retrying with backoff... Error: x',
		'retry',
		'rate',
		null,
	],
	['Attempt 2 failed with 5xx error. Retrying with backoff... Error: x', 'retry', 'server', null],
	[backoff('{"error":{"code":429,"message":"Quota exceeded, limit: 0"}}'), 'limit', 'quota', null],
];

describe('a line of stderr while gemini continues', () => {
	it.each(WHILE_WAITING)('%s', (line, type, kind, delayMs) => {
		const cli = gemini();
		cli.push(INIT);
		const [event, ...more] = cli.stderr(line);
		expect(more).toEqual([]);
		if (type === 'limit')
			expect(event).toMatchObject({
				type,
				limit: { kind, resetAt: delayMs === null ? null : NOW + delayMs },
			});
		else expect(event).toMatchObject({ type, reason: kind, delayMs });
	});

	it.each(WHILE_WAITING)('is nothing when a tool may have written it: %s', (line) => {
		const inTool = gemini();
		inTool.push(INIT);
		inTool.push(CALL);
		const echoed = gemini();
		echoed.push(INIT);
		echoed.push(CALL);
		echoed.push({
			type: 'tool_result',
			tool_id: 't',
			status: 'error',
			output: line,
			error: { message: line },
		});
		for (const cli of [inTool, echoed]) {
			cli.stderr(line);
			cli.push({ type: 'message', role: 'user', content: line });
			cli.push({ type: 'message', role: 'assistant', content: line });
			const end = cli.end({ ...EXITED, exitCode: 0 });
			expect(end.turn.limit).toBeNull();
			expect(end.events.filter(({ type }) => type === 'limit' || type === 'retry')).toEqual([]);
		}
	});
});

/** As 0.45.2 ends: exit code 1, an error it calls unknown, and the error object on stderr. */
const oldEnd = (name: string, message: string, code: number, more = '') =>
	`Error when talking to Gemini API Full report available at: /tmp/r.json ${name}: ${message}\n    at async main (file:///x.js:1:1) {\n  cause: {\n    code: ${code},\n    message: 'x',\n    details: [ [Object] ]\n  }${more}\n}`;

const AT_THE_END: ReadonlyArray<readonly [string, string, number | null]> = [
	[
		oldEnd(
			'TerminalQuotaError',
			'You have exhausted your daily quota on this model.',
			429,
			',\n  retryDelayMs: undefined',
		),
		'quota',
		null,
	],
	[
		oldEnd(
			'TerminalQuotaError',
			'You have exhausted your capacity on this model. Your quota will reset after 3h12m5s.',
			429,
			",\n  retryDelayMs: 11525500,\n  reason: 'QUOTA_EXHAUSTED'",
		),
		'window',
		11_525_000,
	],
	[
		oldEnd(
			'TerminalQuotaError',
			'Slow down',
			429,
			",\n  retryDelayMs: 3600000,\n  reason: 'RATE_LIMIT_EXCEEDED'",
		),
		'window',
		3_600_000,
	],
	// A rate that ends within a minute is over before anyone could use the news.
	[oldEnd('RetryableQuotaError', 'Please retry in 34.5s.', 429), 'rate', null],
	[oldEnd('RetryableQuotaError', 'Please retry in 134.5s.', 429), 'rate', 134_500],
	[oldEnd('RetryableQuotaError', 'The model is overloaded.', 503), 'overloaded', null],
	[oldEnd('RetryableQuotaError', 'Your prepayment credits are depleted.', 429), 'billing', null],
	[oldEnd('TerminalQuotaError', 'x', 429, ",\n  reason: 'INSUFFICIENT_G1_CREDITS_BALANCE'"), 'billing', null],
];

describe('the error object that gemini prints at its end', () => {
	const UNKNOWN = {
		type: 'result',
		status: 'error',
		error: { type: 'unknown', message: '[API Error: An unknown error occurred.]' },
	};

	it.each(AT_THE_END)('%s', (dump, kind, delayMs) => {
		const cli = gemini();
		cli.push(INIT);
		cli.stderr(dump);
		cli.push(UNKNOWN);
		expect(cli.end().turn).toMatchObject({
			outcome: 'limited',
			limit: { kind, resetAt: delayMs === null ? null : NOW + delayMs },
		});
	});

	it.each(AT_THE_END)('is not believed when a tool printed it: %s', (dump) => {
		const cli = gemini();
		cli.push(INIT);
		cli.push(CALL);
		cli.stderr(dump);
		cli.push({ type: 'tool_result', tool_id: 't', status: 'error', output: dump, error: { message: dump } });
		cli.push(UNKNOWN);
		expect(cli.end().turn).toMatchObject({ outcome: 'failed', limit: null });
	});
});

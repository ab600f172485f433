import { describe, expect, it } from 'vitest';
import type { AgentExit } from '../../../../src/agents/agent-adapter.ts';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';

const NOW = new Date(2026, 10, 21, 8, 0).getTime();
const EXIT_1: AgentExit = { exitCode: 1, signal: null, stopRequested: null };
const THREAD = { type: 'thread.started', thread_id: 't1' };

function run(lines: readonly object[], stderr = '', exit = EXIT_1) {
	const parser = codexAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => NOW,
	});
	const stdout = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
	const events = [...parser.push(Buffer.from(stdout)), ...parser.stderr(Buffer.from(stderr))];
	const end = parser.end(exit, null);
	return { events: [...events, ...end.events], turn: end.turn };
}
const failed = (message: string) => ({ type: 'turn.failed', error: { message } });
const local = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime();
const later = (hours: number, minutes = 0) => NOW + (hours * 60 + minutes) * 60_000;

/** Sentences of codex from 0.2 to 0.169 and of what stands behind it. */
const LIMITS: ReadonlyArray<readonly [string, string, number | null]> = [
	[
		"You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing) or try again in 2 days 17 hours 14 minutes.",
		'window',
		later(65, 14),
	],
	["You've hit your usage limit. Try again in 3 hours 5 minutes.", 'window', later(3, 5)],
	["You've hit your usage limit. Try again in less than a minute.", 'window', later(0, 1)],
	[
		'You’ve hit your usage limit. Visit https://chatgpt.com/codex/settings/usage to purchase more credits or try again at 9:05 PM.',
		'window',
		local(2026, 10, 21, 21, 5),
	],
	[
		"You've hit your usage limit. Try a limited-time offer, or try again at Nov 25th, 2026 1:04 PM.",
		'window',
		local(2026, 10, 25, 13, 4),
	],
	[
		"You've hit your usage limit for gpt-5.3-codex-spark. Switch to another model now, or try again at 1:04 PM.",
		'window',
		local(2026, 10, 21, 13, 4),
	],
	["You've reached your usage limit. Try again later.", 'window', null],
	[
		"Error running remote compact task: You've hit your usage limit. Try again at 1:04 PM.",
		'window',
		local(2026, 10, 21, 13, 4),
	],
	[
		'unexpected status 429 Too Many Requests: {"error":{"type":"usage_limit_reached","message":"The usage limit has been reached","resets_at":1795255786,"resets_in_seconds":602705}}',
		'window',
		1_795_255_786_000,
	],
	[
		'unexpected status 429 Too Many Requests: The usage limit has been reached, url: http://x',
		'window',
		null,
	],
	[
		'Your workspace is out of credits. Ask your workspace owner to refill in order to continue.',
		'billing',
		null,
	],
	[
		'You hit your spend cap set by the owner of your workspace. Ask an owner to increase it.',
		'billing',
		null,
	],
	['Quota exceeded. Check your plan and billing details.', 'billing', null],
	[
		'unexpected status 429 Too Many Requests: You exceeded your current quota, please check your plan and billing details.',
		'billing',
		null,
	],
	['unexpected status 402 Payment Required: Billing hard limit has been reached', 'billing', null],
	['exceeded retry limit, last status: 429 Too Many Requests, request id: a1', 'rate', null],
	[
		'stream disconnected before completion: Rate limit reached for gpt-5 in organization org-1 on tokens per min (TPM): Limit 30000. Please try again in 1.2s.',
		'rate',
		null,
	],
	['Selected model is at capacity. Please try a different model.', 'overloaded', null],
	['unexpected status 503 Service Unavailable: upstream connect error', 'overloaded', null],
	['exceeded retry limit, last status: 529 <unknown status code>', 'overloaded', null],
];

describe('a limit in the sentence of turn.failed', () => {
	it.each(LIMITS)('%s', (message, kind, resetAt) => {
		const { turn } = run([THREAD, { type: 'error', message }, failed(message)]);
		expect(turn).toMatchObject({ outcome: 'limited', stopReason: 'limit', limit: { kind, resetAt } });
	});
});

describe('the same words from anyone else', () => {
	it.each(LIMITS)('%s', (message) => {
		const item = (type: string, more: object) => ({
			type: 'item.completed',
			item: { id: 'i1', type, ...more },
		});
		const { turn, events } = run(
			[
				THREAD,
				item('agent_message', { text: message }),
				item('reasoning', { text: message }),
				item('command_execution', {
					command: `echo "${message}"`,
					aggregated_output: message,
					exit_code: 1,
					status: 'failed',
				}),
				item('mcp_tool_call', { server: 's', tool: 't', status: 'failed', error: { message } }),
				item('error', { message }),
				{ type: 'turn.completed', usage: { input_tokens: 1, cached_input_tokens: 0, output_tokens: 1 } },
			],
			`${message}\n`,
			{ ...EXIT_1, exitCode: 0 },
		);
		expect(turn).toMatchObject({ outcome: 'completed', limit: null });
		expect(events.filter(({ type }) => type === 'limit' || type === 'retry')).toEqual([]);
	});

	it.each(LIMITS)('%s, quoted by another sentence', (message) => {
		expect(run([THREAD, failed(`The tool said: ${message}`)]).turn).toMatchObject({
			outcome: 'failed',
			limit: null,
		});
	});
});

describe('a retry in the words of any version', () => {
	it.each([
		[
			'Reconnecting... 1/5 (rate limit exceeded: Rate limit reached for gpt-5. Please try again in 9s.)',
			'rate',
			1,
			9000,
		],
		[
			'Reconnecting... 2/5 (stream disconnected before completion: Rate limit reached for gpt-5 in organization org-1. Please try again in 1.2s.)',
			'rate',
			2,
			1200,
		],
		['Re-connecting... 3/5 (exceeded retry limit, last status: 429 Too Many Requests)', 'rate', 3, null],
		[
			'stream error: unexpected status 429 Too Many Requests: slow down; retrying 1/5 in 207ms…',
			'rate',
			1,
			null,
		],
		[
			'stream error: stream disconnected before completion: Transport error; retrying 2/5 in 1.5s…',
			'network',
			2,
			null,
		],
		['Reconnecting... 1/5', 'server', 1, null],
	] as const)('%s', (message, reason, attempt, delayMs) => {
		const { events } = run([THREAD, { type: 'error', message }]);
		expect(events.find(({ type }) => type === 'retry')).toMatchObject({ reason, attempt, delayMs });
	});
});

describe('a failure in the words of any version', () => {
	it.each([
		['Your refresh token has expired. Please log out and sign in again.', 'auth'],
		['Your access token could not be refreshed because your refresh token was already used.', 'auth'],
		[
			'unexpected status 400 Bad Request: {"detail":"The \'gpt-9\' model is not supported when using Codex with a ChatGPT account."}',
			'model_not_found',
		],
		["The requested model 'gpt-9' does not exist.", 'model_not_found'],
	])('%s', (message, stopReason) => {
		expect(run([THREAD, failed(message)]).turn).toMatchObject({ outcome: 'failed', stopReason });
	});
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, NativeFacts } from '../../../../src/agents/agent-adapter.ts';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';
import { reportedDelay } from '../../../../src/agents/reading/reported-reset.ts';
import { MAX_LINE_BYTES } from '../../../../src/core/files/line-splitter.ts';

const EXITED: AgentExit = { exitCode: 1, signal: null, stopRequested: null };
const THREAD = '{"type":"thread.started","thread_id":"t1"}\n';

function run(
	stdout: string | Buffer,
	options: { exit?: AgentExit; native?: NativeFacts; stderr?: string } = {},
) {
	const parser = codexAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: 'gpt-5.5',
		cumulativeBefore: null,
		now: () => Date.parse('2026-11-21T08:00:00Z'),
	});
	const events = parser.push(Buffer.from(stdout));
	events.push(...parser.stderr(Buffer.from(options.stderr ?? '')));
	const end = parser.end(options.exit ?? EXITED, options.native ?? null);
	return { events: [...events, ...end.events], turn: end.turn };
}

const failedTurn = (message: string) =>
	`${THREAD}${JSON.stringify({ type: 'turn.failed', error: { message } })}\n`;

describe('the sentence of a failed turn', () => {
	it.each([
		["You've hit your usage limit. Try again later.", 'window'],
		[
			'You’ve hit your usage limit for gpt-5.5-mini. Switch to another model now, or try again later.',
			'window',
		],
		['Your workspace is out of credits. Add credits to continue.', 'billing'],
		['You hit your spend cap set in your workspace. Increase your spend cap to continue.', 'billing'],
		['To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus.', 'billing'],
		['Quota exceeded. Check your plan and billing details.', 'billing'],
		['rate limit exceeded: Rate limit reached for gpt-5.5. Please try again in 9s.', 'rate'],
		['exceeded retry limit, last status: 429 Too Many Requests, request id: 1', 'rate'],
		['unexpected status 503 Service Unavailable: busy, url: http://x', 'overloaded'],
	])('%s is a limit', (message, kind) => {
		expect(run(failedTurn(message)).turn).toMatchObject({ outcome: 'limited', limit: { kind } });
	});

	it('that names a model limits only that model', () => {
		const { turn } = run(failedTurn('You’ve hit your usage limit for o9. Switch to another model now.'));
		expect(turn.limit?.scope).toBe('model');
	});

	it.each([
		'I think you’ve hit your usage limit.',
		'The backend says: You’ve hit your usage limit.',
		'Usage limit reached, resets 3pm',
		'429 Too Many Requests',
		'',
	])('%j is not a limit: no rule matches', (message) => {
		expect(run(failedTurn(message)).turn).toMatchObject({
			outcome: 'failed',
			stopReason: 'api_error',
			limit: null,
		});
	});

	it('that no rule knows is explained by the code in the record', () => {
		const window = { resetAt: 1_795_255_911_000, window: 'primary' };
		const spent = { errorCode: 'usage_limit_exceeded', limit: window };
		expect(run(failedTurn('Nothing left today.'), { native: spent }).turn).toMatchObject({
			outcome: 'limited',
			limit: { kind: 'window', confidence: 'exact', source: { channel: 'native' }, ...window },
		});
		const payment = { errorCode: 'http_connection_failed:402' };
		expect(run(failedTurn('Pay first.'), { native: payment }).turn.limit?.kind).toBe('billing');
		const vague = { errorCode: 'usage_limit_exceeded' };
		expect(run(failedTurn('Nothing left today.'), { native: vague }).turn.outcome).toBe('failed');
	});
});

describe('the words of a failure', () => {
	const wordsOf = (stdout: string, stderr = '') =>
		run(stdout, { stderr }).events.flatMap((event) => (event.type === 'error' ? [event.message] : []));

	it('are reported once, even when only the last line has them', () => {
		const failed = failedTurn('Something broke.');
		const before = '{"type":"error","message":"Something broke."}\n';
		expect(wordsOf(failed)).toEqual(['Something broke.']);
		expect(wordsOf(failed.replace('\n', `\n${before}`))).toEqual(['Something broke.']);
	});

	it('are its own line of stderr when it refused to start', () => {
		const stderr = 'warning: project settings are off\nNo prompt provided via stdin.\n';
		expect(wordsOf('', stderr)).toEqual(['No prompt provided via stdin.']);
	});
});

describe('a turn without a last line', () => {
	it.each([
		['cancelled', 'cancelled'],
		['timed_out', 'timed_out'],
		['limited', 'limited'],
		['failed', 'failed'],
		[null, 'outcome_unknown'],
		['linger', 'outcome_unknown'],
	] as const)('stopped as %s is %s', (stopRequested, outcome) => {
		const exit: AgentExit = { exitCode: null, signal: 'SIGTERM', stopRequested };
		expect(run(THREAD, { exit }).turn.outcome).toBe(outcome);
	});

	it('keeps the limit of the retries that the relay did not wait for', () => {
		const retrying = `${THREAD}{"type":"error","message":"Reconnecting... 1/5 (rate limit exceeded: slow down)"}\n`;
		const exit: AgentExit = { exitCode: 1, signal: null, stopRequested: 'limited' };
		expect(run(retrying, { exit }).turn.limit).toMatchObject({ kind: 'rate', confidence: 'estimated' });
	});

	describe('whose last word was an error', () => {
		const said = (message: string) => `${THREAD}${JSON.stringify({ type: 'error', message })}\n`;
		const spent = said("You've hit your usage limit. Try again at 2026-11-23 16:13 UTC.");
		const full = said("Codex ran out of room in the model's context window.");
		const ended = (stdout: string, exitCode: number | null, signal: AgentExit['signal'] = null) =>
			run(stdout, { exit: { exitCode, signal, stopRequested: null } });

		it('is limited if that was a limit, however the process ended', () => {
			const limit = { kind: 'window', resetAt: Date.parse('2026-11-23T16:13:00Z') };
			for (const code of [0, 1]) expect(ended(spent, code).turn).toMatchObject({ outcome: 'limited', limit });
			expect(ended(spent, null, 'SIGKILL').turn).toMatchObject({ outcome: 'limited', limit });
		});

		it('failed for that reason if the exit code says that it failed', () => {
			const { events, turn } = ended(full, 1);
			expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'context_too_long' });
			expect(events.filter(({ type }) => type === 'error')).toHaveLength(1);
			expect(ended(full, 0).turn.outcome).toBe('outcome_unknown');
			expect(ended(said('something new'), 1).turn.outcome).toBe('outcome_unknown');
		});

		it('is not judged by an error that work or a retry followed', () => {
			const item = '{"type":"item.completed","item":{"id":"i","type":"agent_message","text":"on"}}\n';
			expect(ended(`${spent}${item}`, 1).turn.outcome).toBe('outcome_unknown');
			const retry = '{"type":"error","message":"Reconnecting... 1/5 (timeout)"}\n';
			expect(ended(`${spent}${retry}`, 1).turn.outcome).toBe('outcome_unknown');
		});

		it('and that the relay stopped is judged by the stop', () => {
			const exit: AgentExit = { exitCode: 1, signal: null, stopRequested: 'cancelled' };
			expect(run(spent, { exit }).turn.outcome).toBe('cancelled');
		});
	});

	it('judges an answer again if the exit code says that it failed', () => {
		const done = `${THREAD}{"type":"turn.completed","usage":{}}\n`;
		const { events, turn } = run(done, { exit: EXITED });
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'crashed' });
		expect(events.filter(({ type }) => type === 'turn_ended').at(-1)).toMatchObject({ outcome: 'failed' });
		expect(run(done, { exit: { ...EXITED, exitCode: 143 } }).turn.outcome, 'killed afterwards').toBe(
			'completed',
		);
	});

	it('keeps the answer of a turn that had ended before the stop', () => {
		const done = `${THREAD}{"type":"turn.completed","usage":{}}\n`;
		const exit: AgentExit = { exitCode: null, signal: 'SIGKILL', stopRequested: 'linger' };
		expect(run(done, { exit }).turn.outcome).toBe('completed');
	});

	it.each([
		[
			'Error: thread/resume: thread/resume failed: no rollout found for thread id x (code 1)',
			1,
			'unknown_session',
		],
		[
			'Error: thread/resume: thread/resume failed: failed to read thread: rollout at /x.jsonl is empty (code -32603)',
			1,
			'unknown_session',
		],
		["error: unexpected argument '--x' found", 2, 'bad_usage'],
		['Error loading config.toml:\n/x:1:1: bad', 1, 'bad_config'],
		['2026-11-21T07:00:00Z ERROR codex_core: x\nsome new sentence', 1, 'crashed'],
	])('is explained by %j on stderr when it printed nothing', (stderr, exitCode, stopReason) => {
		const exit: AgentExit = { exitCode, signal: null, stopRequested: null };
		expect(run('', { exit, stderr }).turn).toMatchObject({ outcome: 'failed', stopReason });
	});

	it('is not explained by stderr once it has begun', () => {
		const stderr = 'No prompt provided via stdin.\n';
		expect(run(THREAD, { stderr }).turn.outcome).toBe('outcome_unknown');
	});
});

describe('an item', () => {
	it('that is only shown completed is still a call with a result', () => {
		const line = `{"type":"item.completed","item":{"id":"i","type":"command_execution","command":"/bin/zsh -lc 'npm test'","aggregated_output":"x","exit_code":null,"status":"declined"}}\n`;
		const { events } = run(THREAD + line);
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'tool_call', id: 'i', command: 'npm test', title: 'npm test' }),
		);
		expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', ok: false, denied: true }));
	});

	it.each([
		[String.raw`/bin/bash -lc "echo \"a b\" && ls"`, 'echo "a b" && ls'],
		[`/usr/bin/zsh -lc 'it'"'"'s'`, "it's"],
		['/bin/bash -lc pwd', 'pwd'],
		["/bin/bash -lc 'open", "/bin/bash -lc 'open"],
		["python3 -c 'print(1)'", "python3 -c 'print(1)'"],
	])('with the command %s shows %s', (command, shown) => {
		const item = { id: 'i', type: 'command_execution', command, status: 'in_progress' };
		const { events } = run(`${THREAD}${JSON.stringify({ type: 'item.started', item })}\n`);
		expect(events).toContainEqual(expect.objectContaining({ type: 'tool_call', command: shown }));
	});

	it('of an MCP server is named by server and tool', () => {
		const item = {
			id: 'm',
			type: 'mcp_tool_call',
			server: 'docs',
			tool: 'find',
			arguments: { q: 1 },
			status: 'failed',
			error: { message: 'gone' },
		};
		const { events } = run(`${THREAD}${JSON.stringify({ type: 'item.completed', item })}\n`);
		expect(events).toContainEqual(
			expect.objectContaining({ name: 'docs.find', kind: 'other', title: '{"q":1}' }),
		);
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'tool_result', ok: false, output: 'gone' }),
		);
	});

	it('over 16 MiB keeps its outcome and both ends of its output', () => {
		const output = `first\n${'x'.repeat(MAX_LINE_BYTES)}\nlast "word"`;
		const item = {
			id: 'i',
			type: 'command_execution',
			command: "/bin/bash -lc 'yes'",
			aggregated_output: output,
			exit_code: 3,
			status: 'failed',
		};
		const { events } = run(`${THREAD}${JSON.stringify({ type: 'item.completed', item })}\n`);
		const result = events.find((event) => event.type === 'tool_result');
		expect(result).toMatchObject({ id: 'i', ok: false, exitCode: 3 });
		expect(result?.type === 'tool_result' && result.output.startsWith('first\n')).toBe(true);
		expect(result?.type === 'tool_result' && result.output.endsWith('last "word"')).toBe(true);
		expect(events).toContainEqual(expect.objectContaining({ type: 'tool_call', command: 'yes' }));
	});
});

describe('any line at all', () => {
	const types = fc.constantFrom(
		'thread.started',
		'item.started',
		'item.completed',
		'item.updated',
		'error',
		'turn.failed',
		'turn.completed',
	);
	const itemTypes = fc.constantFrom(
		'agent_message',
		'todo_list',
		'command_execution',
		'file_change',
		'mcp_tool_call',
	);
	const item = fc.oneof(
		fc.anything(),
		fc.record(
			{
				id: fc.anything(),
				type: itemTypes,
				text: fc.anything(),
				items: fc.anything(),
				changes: fc.anything(),
				command: fc.anything(),
				status: fc.anything(),
				result: fc.anything(),
			},
			{ requiredKeys: ['type'] },
		),
	);
	const line = fc.record(
		{
			type: fc.oneof(types, fc.anything()),
			item,
			error: fc.anything(),
			usage: fc.anything(),
			message: fc.anything(),
			thread_id: fc.anything(),
		},
		{ requiredKeys: ['type'] },
	);

	it('never makes the parser throw, and the turn still ends once', () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 8 }), (lines) => {
				const exit = { ...EXITED, exitCode: 0 };
				const { events } = run(lines.map((value) => `${toJson(value)}\n`).join(''), { exit });
				expect(events.filter(({ type }) => type === 'turn_ended')).toHaveLength(1);
			}),
		);
	});
});

/** fast-check makes values that JSON cannot hold (BigInt); those lines become plain words. */
function toJson(value: unknown): string {
	try {
		return JSON.stringify(value) ?? 'undefined';
	} catch {
		return 'not json';
	}
}

describe('an announced wait', () => {
	it.each([
		['try again in 9s.', 9000],
		['Please try again in 3600s.', 3_600_000],
		['try again in 250ms', 250],
		['try again in 1.5 seconds', 1500],
		['try again in 1h', 3_600_000],
		['try again in 2 minutes', 120_000],
		['try again later', null],
	])('%j is %j ms', (text, delayMs) => {
		expect(reportedDelay(text)).toBe(delayMs);
	});
});

describe('another thread than the one to resume', () => {
	const asked = (stopRequested: AgentExit['stopRequested'], more = '') => {
		const parser = codexAdapter.parser({
			requestedSessionId: 'a-word',
			resume: true,
			requestedModel: null,
			cumulativeBefore: null,
			now: () => 0,
		});
		const events = parser.push(Buffer.from(THREAD + more));
		return { events, turn: parser.end({ exitCode: 1, signal: null, stopRequested }, null).turn };
	};

	it('is reported with its first line, and must not be resumed', () => {
		const { events, turn } = asked('failed');
		expect(events).toMatchObject([
			{ type: 'session_started', nativeSessionId: 't1', lacksStory: true },
			{ type: 'error', code: 'session_mismatch' },
		]);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'unknown_session' });
		expect(turn.unresumable).toMatch(/without the earlier turns/);
	});

	it('does not change the end of the turn: interrupted, or completed', () => {
		expect(asked('cancelled').turn).toMatchObject({ outcome: 'cancelled' });
		const done = '{"type":"turn.completed","usage":{"input_tokens":1,"output_tokens":1}}\n';
		expect(asked('failed', done).turn).toMatchObject({
			outcome: 'completed',
			unresumable: expect.any(String),
		});
		expect(run(THREAD + done).turn).not.toHaveProperty('unresumable');
	});
});

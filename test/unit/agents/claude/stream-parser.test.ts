import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, ParserContext } from '../../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import { answerText, loadFixture } from '../../../helpers/replay-fixture.ts';

const SESSION = '11111111-2222-4333-8444-555555555555';
const EXIT_0: AgentExit = { exitCode: 0, signal: null, stopRequested: null };
const EXIT_1: AgentExit = { ...EXIT_0, exitCode: 1 };
const KILLED: AgentExit = { ...EXIT_0, exitCode: 143 };

const INIT = { type: 'system', subtype: 'init', session_id: SESSION, model: 'claude-sonnet-4-5' };
const RESULT = {
	type: 'result',
	subtype: 'success',
	is_error: false,
	api_error_status: null,
	result: 'Done.',
	stop_reason: 'end_turn',
	session_id: SESSION,
	total_cost_usd: 0.5,
	modelUsage: {
		m: { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 1, cacheCreationInputTokens: 2 },
	},
	permission_denials: [],
	terminal_reason: 'completed',
};
const FAILED = { ...RESULT, is_error: true, result: 'API Error' };
const ABORTED = {
	...RESULT,
	subtype: 'error_during_execution',
	is_error: true,
	result: undefined,
	terminal_reason: 'aborted_tools',
	modelUsage: {},
};

const text = (id: string, words: string, more: object = {}) => ({
	type: 'assistant',
	message: { id, model: 'claude-sonnet-4-5', content: [{ type: 'text', text: words }] },
	parent_tool_use_id: null,
	...more,
});
const synthetic = (error: string) => ({
	type: 'assistant',
	message: { id: 's', model: '<synthetic>', content: [{ type: 'text', text: 'API Error' }] },
	parent_tool_use_id: null,
	error,
});
const toolUse = (id: string, name: string, input: object, parent: string | null = null) => ({
	type: 'assistant',
	message: { id: 'm', content: [{ type: 'tool_use', id, name, input }] },
	parent_tool_use_id: parent,
});
const toolResult = (id: string, content: unknown, more: object = {}, extras: unknown = undefined) => ({
	type: 'user',
	message: { content: [{ type: 'tool_result', tool_use_id: id, content, ...more }] },
	parent_tool_use_id: null,
	tool_use_result: extras,
});
const partial = (event: object, parent: string | null = null) => ({
	type: 'stream_event',
	event,
	parent_tool_use_id: parent,
});
const messageStart = (id: string) =>
	partial({ type: 'message_start', message: { id, usage: { input_tokens: 100, output_tokens: 1 } } });
const textDelta = (index: number, words: string) =>
	partial({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: words } });
const apiRetry = (error: string, status: number | null) => ({
	type: 'system',
	subtype: 'api_retry',
	attempt: 1,
	max_retries: 10,
	retry_delay_ms: 597.7,
	error_status: status,
	error,
});
const rateLimit = (info: object) => ({ type: 'rate_limit_event', rate_limit_info: info });
const REJECTED = rateLimit({ status: 'rejected', resetsAt: 1_800_000_000, rateLimitType: 'five_hour' });

function parse(lines: readonly unknown[], exit: AgentExit = EXIT_0, more: Partial<ParserContext> = {}) {
	const raw = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
	return parseBytes(Buffer.from(raw.map((line) => `${line}\n`).join('')), '', exit, more);
}

function parseBytes(stdout: Buffer, stderr: string, exit: AgentExit, more: Partial<ParserContext> = {}) {
	const parser = claudeAdapter.parser({
		requestedSessionId: SESSION,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => 0,
		...more,
	});
	const events = [...parser.push(stdout), ...parser.stderr(Buffer.from(stderr))];
	const end = parser.end(exit, null);
	return { events: [...events, ...end.events], turn: end.turn };
}

const ofType = <T extends AgentEvent['type']>(events: readonly AgentEvent[], type: T) =>
	events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);

/** Any character. fast-check's own unit `binary` takes a second of processor time to set up. */
const CHARACTER = fc
	.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
	.map((point) => String.fromCodePoint(point));

describe('text of an answer', () => {
	it('is the same with and without partial messages', () => {
		const lines = loadFixture('claude', 'partial-messages').stdout.toString().split('\n');
		const withPartials = parse(lines);
		const without = parse(lines.filter((line) => !line.includes('"type":"stream_event"')));
		expect(answerText(withPartials.events)).toBe('I list the files.\n\nTwo files.');
		expect(answerText(without.events)).toBe(answerText(withPartials.events));
		expect(ofType(withPartials.events, 'agent_thought_chunk')).toHaveLength(1);
	});

	it('streams as it is cut, and is not repeated by the whole block', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ minLength: 1, unit: CHARACTER }), { minLength: 1 }), (pieces) => {
				const whole = pieces.join('');
				const { events } = parse([
					INIT,
					messageStart('a'),
					...pieces.map((piece) => textDelta(0, piece)),
					text('a', whole),
					RESULT,
				]);
				expect(ofType(events, 'agent_message_chunk').map((event) => event.text)).toEqual(pieces);
			}),
			{ numRuns: 50 },
		);
	});

	it('continues when a cut stream is asked again and begins the same', () => {
		const { events } = parse([
			INIT,
			messageStart('a'),
			textDelta(0, 'Who'),
			text('b', 'Whole answer.'),
			RESULT,
		]);
		expect(answerText(events)).toBe('Whole answer.');
	});

	it('is a new paragraph when a cut stream is asked again and begins otherwise', () => {
		const { events } = parse([INIT, messageStart('a'), textDelta(0, 'Foo'), text('b', 'Whole.'), RESULT]);
		expect(answerText(events)).toBe('Foo\n\nWhole.');
	});

	it('does not go back to a cut block once another message was streamed', () => {
		const { events } = parse([
			INIT,
			messageStart('a'),
			textDelta(0, 'I'),
			messageStart('b'),
			textDelta(0, 'Two.'),
			text('b', 'Two.'),
			text('c', 'It is done.'),
			RESULT,
		]);
		expect(answerText(events)).toBe('I\n\nTwo.\n\nIt is done.');
	});

	it('keeps two blocks of one message separate', () => {
		const { events } = parse([INIT, text('a', 'One.'), text('a', 'Two.'), RESULT]);
		expect(answerText(events)).toBe('One.\n\nTwo.');
	});

	it('never comes from a sub-agent, whose tools are listed', () => {
		const { events } = parse([
			INIT,
			toolUse('t1', 'Agent', { description: 'look' }),
			text('s', 'SUB-AGENT', { parent_tool_use_id: 't1' }),
			partial({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'SUB' } }, 't1'),
			toolUse('t2', 'Bash', { command: 'ls' }, 't1'),
			text('a', 'Answer.'),
			RESULT,
		]);
		expect(answerText(events)).toBe('Answer.');
		expect(ofType(events, 'tool_call').map((call) => call.name)).toEqual(['Agent', 'Bash']);
	});

	it('of a local command comes from the result line', () => {
		expect(answerText(parse([INIT, RESULT]).events)).toBe('Done.');
	});
});

describe('usage', () => {
	it('of several result lines is the sum of what each adds, if that is reported', () => {
		const model = (input: number, output: number, thinking: number, costUSD: number) => ({
			m: { inputTokens: input, outputTokens: output, thinkingTokens: thinking, costUSD },
		});
		const line = (all: object, since: object, cost: number) => ({
			...RESULT,
			total_cost_usd: cost,
			modelUsage: all,
			model_usage_since_last_result: since,
		});
		const first = line(model(5000, 300, 20, 0.5), model(100, 30, 5, 0.25), 0.5);
		const second = line(model(5200, 320, 21, 0.6), model(200, 20, 1, 0.1), 0.6);
		const { turn } = parse([INIT, first, text('m2', 'More.'), second], EXIT_0, { resume: true });
		expect(turn).toMatchObject({
			tokens: { input: 300, output: 50, reasoning: 6 },
			costUsd: 0.35,
			cumulative: { input: 5200, costUsd: 0.6 },
		});
	});

	it('of a resumed turn that was stopped before any answer is none of the earlier ones', () => {
		const totals = { m: { inputTokens: 9000, outputTokens: 800, costUSD: 0.7 } };
		const stopped = {
			...ABORTED,
			total_cost_usd: 0.7,
			modelUsage: totals,
			usage: { input_tokens: 0, output_tokens: 0 },
		};
		const reported = parse([INIT, { ...stopped, model_usage_since_last_result: {} }], EXIT_0, {
			resume: true,
		}).turn;
		expect(reported).toMatchObject({ tokens: { input: 0, output: 0 }, costUsd: 0 });
		const untold = parse([INIT, stopped], EXIT_0, { resume: true }).turn;
		expect(untold).toMatchObject({ tokens: { input: 0, output: 0 }, costUsd: null });
	});

	it('of a stopped turn comes from partial messages', () => {
		const { turn } = parse(
			[
				INIT,
				messageStart('a'),
				partial({ type: 'message_delta', usage: { output_tokens: 40 } }),
				messageStart('b'),
				partial({ type: 'message_delta', usage: { output_tokens: 2 } }),
			],
			{ ...KILLED, stopRequested: 'cancelled' },
		);
		expect(turn.tokens).toMatchObject({ input: 200, output: 42 });
	});

	it('of an interrupted turn is not made smaller by its result line', () => {
		const { turn } = parse([
			INIT,
			messageStart('a'),
			partial({ type: 'message_delta', usage: { output_tokens: 40 } }),
			ABORTED,
		]);
		expect(turn.tokens).toMatchObject({ input: 100, output: 40 });
	});

	it('of a result line is the sum over models, and replaces earlier counts', () => {
		const { turn } = parse([
			INIT,
			messageStart('a'),
			partial({ type: 'message_delta', usage: { output_tokens: 40 } }),
			{ ...RESULT, modelUsage: { a: { inputTokens: 1, outputTokens: 2 }, b: { inputTokens: 3 } } },
		]);
		expect(turn.tokens).toMatchObject({ input: 4, output: 2, cacheRead: 0 });
		expect(turn.costUsd).toBe(0.5);
	});

	it('falls back to the plain counts of a line without models', () => {
		const { turn } = parse([INIT, { ...RESULT, modelUsage: undefined, usage: { input_tokens: 7 } }]);
		expect(turn.tokens).toMatchObject({ input: 7, output: null });
	});
});

describe('retries', () => {
	it.each([
		['rate_limit', 429, 'rate'],
		['overloaded', 529, 'overloaded'],
		['rate_limit', 529, 'overloaded'],
		['server_error', 500, 'server'],
		['server_error', null, 'network'],
		['unknown', null, 'network'],
		['authentication_failed', 401, 'auth'],
	] as const)('%s with status %s is a retry for %s', (error, status, reason) => {
		const [retry] = ofType(parse([INIT, apiRetry(error, status)], KILLED).events, 'retry');
		expect(retry).toMatchObject({ reason, attempt: 1, maxAttempts: 10, delayMs: 598 });
	});

	it('of a refused login are reported once as an error that ends the turn', () => {
		const { events } = parse([
			INIT,
			apiRetry('authentication_failed', 401),
			apiRetry('authentication_failed', 401),
		]);
		expect(ofType(events, 'error').map((event) => event.code)).toEqual(['auth']);
	});

	it('that an answer follows are no limit, not even when the relay stops the turn later', () => {
		const stop: AgentExit = { ...KILLED, stopRequested: 'cancelled' };
		const lines = [INIT, apiRetry('rate_limit', 429), text('a', 'Back.')];
		expect(parse([...lines, RESULT]).turn).toMatchObject({ outcome: 'completed', limit: null });
		expect(parse(lines, stop).turn).toMatchObject({ outcome: 'cancelled', limit: null });
	});
});

describe('the outcome', () => {
	const stopped = (stopRequested: AgentExit['stopRequested']): AgentExit => ({ ...KILLED, stopRequested });

	it.each([
		['cancelled', 'cancelled', 'cancelled'],
		['timed_out', 'timed_out', 'timed_out'],
		['limited', 'limited', 'limit'],
		['failed', 'failed', null],
	] as const)('of a turn the relay stopped as %s is %s', (stopRequested, outcome, stopReason) => {
		const lines = [INIT, apiRetry('rate_limit', 429)];
		for (const all of [lines, [...lines, ABORTED]])
			expect(parse(all, stopped(stopRequested)).turn).toMatchObject({ outcome, stopReason });
	});

	it('of a turn stopped while it retried a 429 names that limit', () => {
		const { turn, events } = parse([INIT, apiRetry('rate_limit', 429)], stopped('limited'));
		expect(turn.limit).toMatchObject({ kind: 'rate', confidence: 'estimated', source: { channel: 'event' } });
		expect(ofType(events, 'limit')).toHaveLength(1);
	});

	it('of a turn stopped after a refused login is auth', () => {
		const { turn } = parse([INIT, apiRetry('authentication_failed', 401)], stopped('failed'));
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'auth', error: { code: 'auth' } });
	});

	it('is that of the result line, whatever stopped the process afterwards', () => {
		for (const reason of ['cancelled', 'timed_out', 'linger', 'failed', 'limited'] as const)
			expect(parse([INIT, text('a', 'Done.'), RESULT], stopped(reason)).turn.outcome).toBe('completed');
		expect(
			parse([INIT, synthetic('rate_limit'), { ...FAILED, api_error_status: 429 }], stopped('linger')).turn,
		).toMatchObject({ outcome: 'limited', limit: { kind: 'rate' } });
	});

	it('of an interrupt that nobody here asked for is cancelled when the CLI says so', () => {
		expect(parse([INIT, ABORTED], EXIT_1).turn.outcome).toBe('cancelled');
	});

	it.each([
		['exit 0 without a result', EXIT_0, 'outcome_unknown', null],
		['a signal that is not ours', { ...EXIT_0, exitCode: null, signal: 'SIGKILL' }, 'outcome_unknown', null],
		['exit 143 that is not ours', KILLED, 'outcome_unknown', null],
		['a process that is gone', { ...EXIT_0, exitCode: null }, 'outcome_unknown', null],
		['exit 1 in mid-turn', EXIT_1, 'failed', 'crashed'],
	] as const)('of %s is %3$s', (_name, exit, outcome, stopReason) => {
		expect(parse([INIT, text('a', 'Half')], exit).turn).toMatchObject({ outcome, stopReason });
	});

	it('is limited when the window was refused, even if the result line was lost', () => {
		expect(parse([INIT, REJECTED], { ...EXIT_0, exitCode: null }).turn).toMatchObject({
			outcome: 'limited',
			limit: { kind: 'window', resetAt: 1_800_000_000_000 },
		});
	});

	it('forgets a refused window when an answer followed', () => {
		const { turn } = parse(
			[INIT, REJECTED, text('a', 'Served.'), synthetic('server_error'), { ...FAILED, api_error_status: 500 }],
			EXIT_1,
		);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'api_error', limit: null });
	});

	it.each([
		['rate_limit', 429, {}, 'limited', 'limit', 'rate'],
		['server_error', 529, {}, 'limited', 'limit', 'overloaded'],
		['rate_limit', 529, {}, 'limited', 'limit', 'overloaded'],
		['overloaded', null, {}, 'limited', 'limit', 'overloaded'],
		['billing_error', 400, {}, 'limited', 'limit', 'billing'],
		['unknown', 402, {}, 'limited', 'limit', 'billing'],
		['server_error', 503, {}, 'failed', 'api_error', null],
		['server_error', null, {}, 'failed', 'api_error', null],
		['unknown', null, {}, 'failed', 'api_error', null],
		['authentication_failed', 403, {}, 'failed', 'auth', null],
		['oauth_org_not_allowed', 403, {}, 'failed', 'auth', null],
		['authentication_failed', null, {}, 'failed', 'auth', null],
		['model_not_found', 404, {}, 'failed', 'model_not_found', null],
		['max_output_tokens', null, {}, 'failed', 'max_tokens', null],
		['invalid_request', null, { stop_reason: 'refusal' }, 'failed', 'refusal', null],
		['invalid_request', 400, { terminal_reason: 'prompt_too_long' }, 'failed', 'context_too_long', null],
		['invalid_request', 400, { result: 'Prompt is too long' }, 'failed', 'context_too_long', null],
		['invalid_request', 400, {}, 'failed', 'api_error', null],
	] as const)('of error %s with status %s %o is %s', (error, status, more, outcome, stopReason, kind) => {
		const { turn } = parse(
			[INIT, synthetic(error), { ...FAILED, api_error_status: status, ...more }],
			EXIT_1,
		);
		expect(turn).toMatchObject({ outcome, stopReason });
		expect(turn.limit?.kind ?? null).toBe(kind);
	});

	it('knows a context that could not be compacted', () => {
		const compacting = { type: 'system', subtype: 'status', status: null, compact_result: 'failed' };
		const { turn } = parse([INIT, compacting, synthetic('invalid_request'), FAILED], EXIT_1);
		expect(turn.stopReason).toBe('context_too_long');
	});

	it('of our own caps is max_turns or max_budget', () => {
		for (const [subtype, stopReason] of [
			['error_max_turns', 'max_turns'],
			['error_max_budget_usd', 'max_budget'],
		])
			expect(parse([INIT, { ...FAILED, subtype }], EXIT_1).turn).toMatchObject({
				outcome: 'failed',
				stopReason,
			});
	});

	it('is that of the last result line: a continuation that fails is not completed', () => {
		const { events, turn } = parse([INIT, RESULT, { ...FAILED, api_error_status: 429 }], EXIT_1);
		expect(turn.outcome).toBe('limited');
		expect(ofType(events, 'turn_ended').map(({ outcome }) => outcome)).toEqual(['completed', 'limited']);
		expect(ofType(events, 'continued')).toHaveLength(1);
		const recovered = parse([INIT, FAILED, text('m2', 'Again.'), RESULT]);
		expect(recovered.turn.outcome).toBe('completed');
	});

	const TASKS = {
		type: 'system',
		subtype: 'background_tasks_changed',
		tasks: [{ task_id: 'b1', description: 'server' }],
	};
	const NO_TASKS = { ...TASKS, tasks: [] };
	const stoppedBy = (stopRequested: AgentExit['stopRequested']): AgentExit => ({
		exitCode: 0,
		signal: null,
		stopRequested,
	});

	it('waits for the background tasks that are listed with an answer, by their commands', () => {
		const started = { type: 'system', subtype: 'task_started', task_id: 'b1', tool_use_id: 't1' };
		const build = toolUse('t1', 'Bash', { command: 'npm run build', run_in_background: true });
		const { events, turn } = parse([INIT, build, TASKS, started, toolResult('t1', 'in background'), RESULT]);
		expect(ofType(events, 'interim_answer')).toEqual([
			{ type: 'interim_answer', tasks: [{ id: 'b1', title: 'npm run build' }] },
		]);
		expect(turn.outcome, 'the CLI ended by itself').toBe('completed');
		expect(events.map(({ type }) => type).slice(-2)).toEqual(['interim_answer', 'turn_ended']);
		const whole = parse([INIT, TASKS, RESULT, NO_TASKS, INIT, text('m2', 'Built.'), RESULT]).events;
		const phases = whole.map(({ type }) => type).filter((type) => /interim|continued|ended/.test(type));
		expect(phases).toEqual(['interim_answer', 'continued', 'turn_ended']);
	});

	it.each([
		['background', 'completed', 'background_stopped'],
		['cancelled', 'completed', 'background_stopped'],
		['timed_out', 'timed_out', 'timed_out'],
	] as const)('of an answer whose tasks were stopped (%s) is %s / %s', (reason, outcome, stopReason) => {
		const lines = [INIT, TASKS, text('m', 'It is building.'), RESULT];
		expect(parse(lines, stoppedBy(reason)).turn).toMatchObject({ outcome, stopReason });
	});

	it('is taken back when background tasks are listed right after the answer', () => {
		const phasesOf = (lines: object[]) =>
			parse(lines)
				.events.map(({ type }) => type)
				.filter((type) => /interim|continued|ended/.test(type));
		const late = [INIT, text('m', 'It is building.'), RESULT, TASKS];
		expect(phasesOf([...late, NO_TASKS, INIT, text('m2', 'Built.'), RESULT])).toEqual([
			'turn_ended',
			'continued',
			'interim_answer',
			'continued',
			'turn_ended',
		]);
		expect(parse(late, stoppedBy('background')).turn).toMatchObject({ stopReason: 'background_stopped' });
		expect(parse(late, KILLED).turn.outcome).toBe('outcome_unknown');
		expect(phasesOf([INIT, RESULT, NO_TASKS])).toEqual(['turn_ended']);
	});

	it('of an interim answer whose process died is unknown, and a continuation that was cut off is not completed', () => {
		expect(parse([INIT, TASKS, RESULT], KILLED).turn.outcome).toBe('outcome_unknown');
		const cutOff = [INIT, TASKS, RESULT, NO_TASKS, INIT, text('m2', 'The build')];
		expect(parse(cutOff, stoppedBy('cancelled')).turn.outcome).toBe('cancelled');
		expect(parse(cutOff, KILLED).turn.outcome).toBe('outcome_unknown');
		expect(parse(cutOff, EXIT_0).turn.outcome, 'its result is lost').toBe('outcome_unknown');
	});

	it('between an interim answer and its continuation can be a limit', () => {
		const refused = rateLimit({ status: 'rejected', resetsAt: 1_800_000_000, rateLimitType: 'five_hour' });
		const lines = [INIT, TASKS, RESULT, NO_TASKS, INIT, refused];
		const { events, turn } = parse(lines, stoppedBy('limited'));
		expect(ofType(events, 'limit')).toHaveLength(1);
		expect(turn).toMatchObject({ outcome: 'limited', limit: { window: 'five_hour' } });
	});

	it('is reported once when a second result line says the same', () => {
		const { events } = parse([INIT, RESULT, RESULT]);
		expect(ofType(events, 'turn_ended')).toHaveLength(1);
	});

	const EMPTY = { ...ABORTED, terminal_reason: null, num_turns: 0, result: '', errors: ['only prompts'] };

	it('is not that of an empty error after an answer, nor that of the exit code then', () => {
		const { events, turn } = parse([INIT, text('m', 'Done.'), RESULT, EMPTY], EXIT_1);
		expect(turn).toMatchObject({ outcome: 'completed', stopReason: 'end_turn', tokens: { output: 5 } });
		expect(ofType(events, 'turn_ended')).toHaveLength(1);
		const wentOn = [INIT, RESULT, text('m2', 'More.'), { ...EMPTY, num_turns: 1 }];
		expect(parse(wentOn, EXIT_1).turn.outcome, 'an error of a continuation').toBe('failed');
	});

	it('is looked at again when a good result line is followed by exit 1', () => {
		const endingIn = (lines: object[], stderr = '') =>
			parseBytes(
				Buffer.from(
					[INIT, text('m', 'Done.'), RESULT, ...lines].map((one) => `${JSON.stringify(one)}\n`).join(''),
				),
				stderr,
				EXIT_1,
			);
		expect(endingIn([]).turn).toMatchObject({ outcome: 'failed', stopReason: 'crashed' });
		expect(ofType(endingIn([]).events, 'turn_ended').at(-1)).toMatchObject({ outcome: 'failed' });
		expect(endingIn([], 'Not logged in · Please run /login\n').turn).toMatchObject({ stopReason: 'auth' });
		expect(endingIn([REJECTED]).turn).toMatchObject({ outcome: 'limited', limit: { window: 'five_hour' } });
		const spoken = [INIT, synthetic('server_error'), RESULT];
		expect(parse(spoken, EXIT_1).turn).toMatchObject({ outcome: 'failed', stopReason: 'api_error' });
		expect(parse([INIT, text('m', 'Done.'), RESULT], KILLED).turn.outcome, 'killed afterwards').toBe(
			'completed',
		);
	});

	it.each([
		['Error: Session ID 1-2 is already in use.', 'session_in_use'],
		['No conversation found with session ID: 1-2', 'unknown_session'],
		["error: unknown option '--nope'", 'bad_usage'],
		['Error: Invalid session ID. Must be a valid UUID.', 'bad_usage'],
		['Error: Input must be provided either through stdin or as a prompt argument', 'bad_usage'],
		['--dangerously-skip-permissions cannot be used with root/sudo privileges', 'bad_environment'],
		['Not logged in · Please run /login', 'auth'],
		['Something nobody has seen before: rate limit reached, 429', null],
		['warning: it says Not logged in somewhere', null],
	])('of a start that was refused with %j is failed / %s', (stderr, stopReason) => {
		const { turn } = parseBytes(Buffer.alloc(0), `${stderr}\n`, EXIT_1);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason, limit: null, nativeSessionId: null });
		expect(turn.error?.message).toContain(stderr.slice(0, 20));
	});

	it('does not listen to stderr once the stream has begun', () => {
		const line = Buffer.from(`${JSON.stringify(INIT)}\n`);
		const { turn } = parseBytes(line, 'Not logged in · Please run /login\n', EXIT_1);
		expect(turn.stopReason).toBe('crashed');
	});

	it('says when another session was opened than the one asked for', () => {
		const { events } = parse([{ ...INIT, session_id: 'other' }, RESULT]);
		expect(ofType(events, 'error').map((event) => event.code)).toEqual(['other_session']);
	});
});

describe('limits', () => {
	it.each([
		[{ status: 'allowed' }],
		[{ status: 'allowed_warning', utilization: 0.95, rateLimitType: 'five_hour' }],
		[{ status: 'rejected', resetsAt: 1_800_000_000, isUsingOverage: true }],
		[{ status: ['rejected'], resetsAt: 1_800_000_000 }],
	])('are not raised by %j', (info) => {
		const { events, turn } = parse([INIT, rateLimit(info), text('a', 'ok'), RESULT]);
		expect(ofType(events, 'limit')).toEqual([]);
		expect(turn.outcome).toBe('completed');
	});

	it.each([
		['five_hour', 'account'],
		['seven_day', 'account'],
		['seven_day_opus', 'model'],
		['seven_day_sonnet', 'model'],
		['seven_day_overage_included', 'model'],
		['seven_day_oauth_apps', 'account'],
	] as const)('of window %s apply to the %s', (window, scope) => {
		const { turn } = parse(
			[INIT, rateLimit({ status: 'rejected', resetsAt: 1, rateLimitType: window })],
			KILLED,
		);
		expect(turn.limit).toMatchObject({ kind: 'window', window, scope });
	});

	it('beyond the plan are a matter of credit, with the reported end', () => {
		const info = { status: 'rejected', resetsAt: 1_796_083_200, rateLimitType: 'overage' };
		const { turn } = parse([INIT, rateLimit(info)], KILLED);
		expect(turn.limit).toMatchObject({ kind: 'billing', resetAt: 1_796_083_200_000, window: 'overage' });
		const full = { ...info, rateLimitType: 'five_hour', overageDisabledReason: 'out_of_credits' };
		expect(parse([INIT, rateLimit(full)], KILLED).turn.limit).toMatchObject({ kind: 'window' });
	});

	it('of a service that the organization has switched off are none', () => {
		const info = {
			status: 'rejected',
			rateLimitType: 'overage',
			overageDisabledReason: 'org_service_level_disabled',
		};
		const { turn, events } = parse([INIT, rateLimit(info)], EXIT_1);
		expect(events.filter(({ type }) => type === 'limit')).toEqual([]);
		expect(turn.limit).toBeNull();
	});

	it('without a window are a throttle', () => {
		const { turn } = parse([INIT, rateLimit({ status: 'rejected' })], EXIT_1);
		expect(turn.limit).toMatchObject({ kind: 'rate', resetAt: null, window: null });
	});

	it('that come after the result are too late to end a turn', () => {
		const { events, turn } = parse([INIT, text('a', 'Done.'), RESULT, REJECTED]);
		expect(ofType(events, 'limit')).toEqual([]);
		expect(turn.outcome).toBe('completed');
	});

	it('keep each window as it was last reported', () => {
		const windows = (fiveHour: number) => ({
			five_hour: { utilization: fiveHour, resetsAt: 1_800_000_000 },
			seven_day: { utilization: 0.5, resetsAt: 1_800_500_000 },
		});
		const allowed = (more: object) => rateLimit({ status: 'allowed', ...more });
		const { turn } = parse([
			INIT,
			allowed({ unifiedWindows: windows(0.25) }),
			allowed({ unifiedWindows: { five_hour: windows(0.75).five_hour } }),
			RESULT,
		]);
		expect(turn.utilization.map(({ window, ratio }) => [window, ratio])).toEqual([
			['five_hour', 0.75],
			['seven_day', 0.5],
		]);
	});

	describe('while sub-agents are at work', () => {
		const agent = toolUse('a1', 'Agent', { prompt: 'review it', model: 'opus' });
		const task = {
			type: 'system',
			subtype: 'task_started',
			task_id: 'k1',
			tool_use_id: 'a1',
			task_type: 'local_agent',
		};
		const taskEnd = { type: 'system', subtype: 'task_updated', task_id: 'k1', patch: { status: 'failed' } };
		const launched = toolResult('a1', 'Async agent launched');
		const opus = rateLimit({ status: 'rejected', resetsAt: 1_800_000_000, rateLimitType: 'seven_day_opus' });
		const refusal = (more: object = {}) => ({ ...synthetic('rate_limit'), ...more });
		const REFUSED = { ...FAILED, api_error_status: 429 };

		it('of another model than the own one are the sub-agent’s, and stop nothing', () => {
			const { events, turn } = parse([
				INIT,
				agent,
				task,
				opus,
				taskEnd,
				toolResult('a1', 'refused'),
				text('m', 'On.'),
				RESULT,
			]);
			expect(ofType(events, 'limit')).toMatchObject([{ speaker: 'sub_agent', model: 'opus' }]);
			expect(turn).toMatchObject({
				outcome: 'completed',
				limit: null,
				refusedModels: [{ model: 'opus', limit: { window: 'seven_day_opus', scope: 'model' } }],
			});
			const killed = parse([INIT, agent, opus], KILLED).turn;
			expect(killed).toMatchObject({ outcome: 'outcome_unknown', limit: null });
		});

		it('of the account are reported once the main conversation is refused too', () => {
			const waiting = parse([INIT, agent, task, launched, REJECTED, taskEnd], KILLED);
			expect(ofType(waiting.events, 'limit')).toEqual([]);
			expect(waiting.turn.outcome).toBe('outcome_unknown');
			const refused = parse([INIT, agent, task, launched, REJECTED, taskEnd, refusal(), REFUSED], EXIT_1);
			expect(ofType(refused.events, 'limit')).toHaveLength(1);
			expect(refused.turn).toMatchObject({
				outcome: 'limited',
				limit: { window: 'five_hour', resetAt: 1_800_000_000_000 },
			});
			const served = parse([INIT, agent, task, launched, REJECTED, taskEnd, text('m', 'On.'), RESULT]);
			expect(served.turn).toMatchObject({ outcome: 'completed', limit: null });
		});

		it('are the account’s if claude’s own message says so', () => {
			const rate_limit_info = { status: 'rejected', resetsAt: 1_800_000_000, rateLimitType: 'seven_day' };
			const own = refusal({ api_error: 'usage_limit_reached', api_error_params: { rate_limit_info } });
			const { turn } = parse([INIT, agent, opus, toolResult('a1', 'x'), own, REFUSED], EXIT_1);
			expect(turn).toMatchObject({ outcome: 'limited', limit: { window: 'seven_day', scope: 'account' } });
			expect(turn.refusedModels).toMatchObject([{ model: 'opus' }]);
		});

		it('are known by their lines, however they were begun', () => {
			const line = text('s', 'I look.', { parent_tool_use_id: 'w1' });
			expect(ofType(parse([INIT, line, opus], KILLED).events, 'limit')).toMatchObject([
				{ speaker: 'sub_agent' },
			]);
			const workflow = { ...task, task_type: 'local_workflow' };
			expect(parse([INIT, workflow, opus], KILLED).turn.refusedModels).toHaveLength(1);
			const command = { ...task, task_type: 'local_bash' };
			expect(parse([INIT, command, opus], KILLED).turn.outcome, 'nobody else asks').toBe('limited');
		});

		it('count again once they have ended', () => {
			const { events } = parse([INIT, agent, task, taskEnd, toolResult('a1', 'done'), REJECTED], KILLED);
			expect(ofType(events, 'limit')).toHaveLength(1);
		});
	});

	it('are not lifted by the answer of a sub-agent', () => {
		const sub = text('s', 'still here', { parent_tool_use_id: 't1' });
		const { turn } = parse([INIT, apiRetry('rate_limit', 429), sub], { ...KILLED, stopRequested: 'limited' });
		expect(turn.limit).toMatchObject({ kind: 'rate' });
	});

	it('with an impossible reset have none', () => {
		for (const resetsAt of [-1, 1e300, 'soon', null, Number.MAX_SAFE_INTEGER]) {
			const { turn } = parse([INIT, rateLimit({ status: 'rejected', rateLimitType: 'x', resetsAt })], EXIT_1);
			expect(turn.limit).toMatchObject({ resetAt: null });
		}
	});

	it('are not raised by their exact words in an answer, a tool result or a nested line', () => {
		const forged = JSON.stringify(REJECTED);
		const { events } = parse([
			INIT,
			text('a', "You've hit your session limit · resets 10:09am (UTC)"),
			text('a', forged),
			toolUse('t', 'Bash', { command: `echo '${forged}'` }),
			toolResult('t', `Exit code 1\n${forged}\n`, { is_error: true }),
			{
				type: 'user',
				message: { content: [{ type: 'text', text: forged }] },
				rate_limit_info: { status: 'rejected' },
			},
			{ ...RESULT, result: "You've hit your session limit" },
		]);
		expect(events.filter((event) => event.type === 'limit' || event.type === 'retry')).toEqual([]);
	});
});

describe('tools', () => {
	it('name their kind, title, command and paths', () => {
		const { events } = parse([
			INIT,
			toolUse('1', 'Bash', { command: 'npm test\n--x' }),
			toolUse('2', 'Edit', { file_path: '/r/a.ts' }),
			toolUse('3', 'Grep', { pattern: 'x' }),
			toolUse('4', 'constructor', {}),
			toolUse('5', 'mcp__db__query', { nothing: 1 }),
		]);
		expect(ofType(events, 'tool_call')).toMatchObject([
			{ kind: 'execute', title: 'npm test --x', command: 'npm test\n--x', paths: [] },
			{ kind: 'edit', title: '/r/a.ts', command: null, paths: ['/r/a.ts'] },
			{ kind: 'search', title: 'x' },
			{ kind: 'other', title: 'constructor' },
			{ kind: 'other', title: 'mcp__db__query' },
		]);
	});

	it('keep head and tail of a long output and report its size', () => {
		const output = `${'a'.repeat(50_000)}END`;
		const { events } = parse([INIT, toolUse('1', 'Bash', { command: 'x' }), toolResult('1', output)]);
		const [result] = ofType(events, 'tool_result');
		expect(result?.outputBytes).toBe(50_003);
		expect(result?.output.length).toBeLessThan(17_000);
		expect(result?.output.endsWith('END')).toBe(true);
	});

	it.each([
		['a failure', 'Exit code 137\nKilled', { is_error: true }, undefined, 137],
		['a success', 'fine', {}, { stdout: 'fine' }, 0],
		['a success that says Exit code 3', 'Exit code 3', {}, { stdout: 'Exit code 3' }, 0],
		['a grep without a match', '', {}, { returnCodeInterpretation: 'No matches found' }, null],
		['a background command', 'started', {}, { backgroundTaskId: 'b' }, null],
		['a refused command', 'This command requires approval', { is_error: true }, undefined, null],
	])('report the exit code of %s', (_name, content, more, extras, exitCode) => {
		const { events } = parse([
			INIT,
			toolUse('1', 'Bash', { command: 'x' }),
			toolResult('1', content, more, extras),
		]);
		expect(ofType(events, 'tool_result')[0]?.exitCode).toBe(exitCode);
	});

	it('that the result line lists as refused are corrected', () => {
		const { turn } = parse([
			INIT,
			toolUse('1', 'Bash', { command: 'x' }),
			toolResult('1', 'words of a newer version', { is_error: true }),
			{ ...RESULT, permission_denials: [{ tool_use_id: '1' }, { tool_use_id: 7 }, null] },
		]);
		expect(turn.toolResults).toEqual([{ id: '1', ok: false, exitCode: null, denied: true }]);
	});
});

describe('the plan', () => {
	const plans = (events: readonly AgentEvent[]) => ofType(events, 'plan').map((plan) => plan.items);

	it('continues from the one known before when a resumed turn only reports changes', () => {
		const lines = [
			INIT,
			toolUse('1', 'TaskUpdate', { taskId: '2', status: 'completed' }),
			toolResult('1', 'Updated task #2 status'),
			RESULT,
		];
		const planBefore = [
			{ text: 'One', status: 'completed' },
			{ text: 'Two', status: 'pending' },
		] as const;
		expect(plans(parse(lines, EXIT_0, { resume: true, planBefore }).events)).toEqual([
			[
				{ text: 'One', status: 'completed' },
				{ text: 'Two', status: 'completed' },
			],
		]);
		expect(plans(parse(lines, EXIT_0, { resume: true }).events)).toEqual([]);
	});

	it('is not reported in part by a resumed turn that adds to an unknown list', () => {
		const list = [
			{ id: '1', subject: 'One', status: 'completed' },
			{ id: '2', subject: 'Two', status: 'pending' },
		];
		const { events } = parse(
			[
				INIT,
				toolUse('1', 'TaskCreate', { subject: 'Two' }),
				toolResult('1', 'Task #2 created successfully: Two', {}, { task: { id: '2' } }),
				toolUse('2', 'TaskList', {}),
				toolResult('2', '#1 …', {}, { tasks: list }),
			],
			EXIT_0,
			{ resume: true },
		);
		expect(plans(events)).toEqual([
			[
				{ text: 'One', status: 'completed' },
				{ text: 'Two', status: 'pending' },
			],
		]);
	});

	it('is replaced by TodoWrite and left alone by a failed update', () => {
		const { events } = parse([
			INIT,
			toolUse('1', 'TodoWrite', { todos: [{ content: 'A', status: 'in_progress' }, { status: 'x' }, null] }),
			toolUse('2', 'TaskUpdate', { taskId: '1', status: 'completed' }),
			toolResult('2', 'no such task', { is_error: true }),
		]);
		expect(plans(events)).toEqual([[{ text: 'A', status: 'in_progress' }]]);
	});

	it('of a sub-agent is not the plan', () => {
		const { events } = parse([INIT, toolUse('1', 'TodoWrite', { todos: [{ content: 'A' }] }, 'parent')]);
		expect(plans(events)).toEqual([]);
	});
});

describe('hostile and broken streams', () => {
	const shapes = fc.constantFrom(
		'system',
		'assistant',
		'user',
		'stream_event',
		'rate_limit_event',
		'result',
		'x',
	);
	const fields = [
		'subtype',
		'session_id',
		'model',
		'message',
		'content',
		'parent_tool_use_id',
		'event',
		'rate_limit_info',
		'status',
		'resetsAt',
		'error',
		'errors',
		'modelUsage',
		'usage',
		'permission_denials',
		'tool_use_id',
		'id',
		'delta',
		'index',
		'type',
		'text',
		'input',
		'todos',
		'name',
		'__proto__',
		'retry_delay_ms',
		'result',
	];
	const words = fc.constantFrom(
		'init',
		'api_retry',
		'tool_use',
		'tool_result',
		'message_start',
		'text',
		'TodoWrite',
		'content_block_delta',
		'message_delta',
		'rejected',
		'TaskCreate',
		'Bash',
	);
	const hostile = fc.letrec((tie) => ({
		value: fc.oneof(
			{ maxDepth: 4 },
			words,
			fc.jsonValue({ maxDepth: 1 }),
			fc.array(tie('value'), { maxLength: 3 }),
			fc.dictionary(fc.constantFrom(...fields), tie('value'), { maxKeys: 6 }),
		),
	})).value;
	const line = fc
		.tuple(shapes, fc.dictionary(fc.constantFrom(...fields), hostile, { maxKeys: 8 }))
		.map(([type, rest]) => JSON.stringify({ ...rest, type }));

	it('never throw, and end as the turn does', () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(line, fc.string(), fc.json()), { maxLength: 12 }), (lines) => {
				const { events, turn } = parse(lines, EXIT_1);
				const ends = ofType(events, 'turn_ended');
				expect(ends.at(-1)).toMatchObject({ outcome: turn.outcome, stopReason: turn.stopReason });
				expect(ends.length).toBeLessThanOrEqual(2 + ofType(events, 'continued').length);
				for (const event of events) expect(() => JSON.stringify(event)).not.toThrow();
			}),
			{ numRuns: 400 },
		);
	});

	it('skip anything but JSON: terminal resets, half lines, invalid bytes', () => {
		const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
		const { events, turn } = parseBytes(
			Buffer.concat([
				Buffer.from('\x1b[?25h\x1b[>0q'),
				line(INIT),
				Buffer.from('{"type":"assist\n\xff\xfe\n[1]\nnull\n\n', 'latin1'),
				line(RESULT),
				Buffer.from('\x1b[?1006l\x1b[?25h'),
			]),
			'',
			EXIT_0,
		);
		expect(events.map((event) => event.type)).toEqual([
			'session_started',
			'agent_message_chunk',
			'usage',
			'turn_ended',
		]);
		expect(turn.outcome).toBe('completed');
	});

	it('survive deep nesting', () => {
		expect(parse([`{"type":"result","x":${'['.repeat(100_000)}`, INIT, RESULT]).turn.outcome).toBe(
			'completed',
		);
	});
});

describe('a line over the cap', () => {
	const MIB = 1024 * 1024;

	it('is reported, and a turn whose answer was 20 MiB is still judged by its result line', () => {
		const huge = 'word "quoted" \\ '.repeat((20 * MIB) / 16);
		const { events, turn } = parse([INIT, text('a', huge), { ...RESULT, result: huge }]);
		expect(turn).toMatchObject({ outcome: 'completed', costUsd: 0.5, tokens: { input: 10, output: 5 } });
		expect(ofType(events, 'error').map((event) => event.code)).toEqual(['oversized_line', 'oversized_line']);
		expect(answerText(events)).toContain('was left out');
	});

	it('is reported even if it is not JSON at all', () => {
		const { events, turn } = parse([INIT, 'x'.repeat(17 * MIB), text('a', 'ok'), RESULT]);
		expect(ofType(events, 'error').map((event) => event.code)).toEqual(['oversized_line']);
		expect(turn.outcome).toBe('completed');
	});

	it('of a tool leaves its outcome unknown when that was cut away', () => {
		const huge = 'y'.repeat(17 * MIB);
		const { events } = parse([
			INIT,
			toolUse('1', 'Bash', { command: 'x' }),
			toolResult('1', huge, {}, { stdout: huge }),
		]);
		expect(ofType(events, 'tool_result')).toMatchObject([{ id: '1', exitCode: null, ok: null }]);
	});
});

describe('what 2.1.332 adds', () => {
	it('a line that names a refused call, and how each call was decided', () => {
		const denied = {
			type: 'system',
			subtype: 'permission_denied',
			tool_name: 'Bash',
			tool_use_id: 't1',
			message: 'no',
		};
		const lines = [
			toolUse('t1', 'Bash', { command: 'rm x' }),
			denied,
			toolResult('t1', 'words of a later version', { is_error: true }),
			toolUse('t2', 'Write', { file_path: '/x' }),
			{
				...toolResult('t2', 'others', { is_error: true }),
				tool_result_meta: [{ id: 't2', permission_decision: { decision: 'reject', source: 'config' } }],
			},
			toolUse('t3', 'Bash', { command: 'false' }),
			{
				...toolResult('t3', 'Exit code 1', { is_error: true }),
				tool_result_meta: [{ id: 't3', permission_decision: { decision: 'accept' } }],
			},
		];
		const { events } = parse([INIT, ...lines, RESULT]);
		expect(ofType(events, 'tool_result').map(({ id, denied }) => [id, denied])).toEqual([
			['t1', true],
			['t2', true],
			['t3', false],
		]);
	});

	it('user lines that are not the user’s: a cut answer that continues is one answer', () => {
		const goOn = {
			type: 'user',
			message: {
				role: 'user',
				content: [{ type: 'text', text: 'Please continue from where you left off.' }],
			},
			parent_tool_use_id: null,
			isSynthetic: true,
		};
		const { events, turn } = parse([INIT, text('m1', 'Half'), goOn, text('m2', 'and half.'), RESULT]);
		expect(answerText(events)).toBe('Half\n\nand half.');
		expect(turn.outcome).toBe('completed');
	});

	it('a record that could not be written: that session is not resumed', () => {
		const lost = (more: object) => ({
			type: 'system',
			subtype: 'session_writes_lost',
			error_code: 'ENOSPC',
			lost: ['transcript'],
			transcript_session_ids: [SESSION],
			...more,
		});
		const reason = (more: object) => parse([INIT, text('m', 'Done.'), RESULT, lost(more)]).turn.unresumable;
		expect(reason({})).toBe('could not be saved: no space left on the device');
		expect(reason({ error_code: 'EDQUOT' })).toBe('could not be saved: the disk quota is used up');
		expect(reason({ lost: ['global_config'] })).toBeUndefined();
		expect(reason({ transcript_session_ids: ['another'] })).toBeUndefined();
	});
});

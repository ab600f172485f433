import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, ParserContext } from '../../../../src/agents/agent-adapter.ts';
import { JsonLinesParser } from '../../../../src/agents/generic/json-lines-parser.ts';
import type { AgentSettings } from '../../../../src/config/schema.ts';
import { settings } from './settings.ts';

const NOW = 1_000_000;
const CONTEXT: ParserContext = {
	requestedSessionId: null,
	resume: false,
	requestedModel: null,
	cumulativeBefore: null,
	now: () => NOW,
};
const exit = (exitCode: number | null, over: Partial<AgentExit> = {}): AgentExit => ({
	exitCode,
	signal: null,
	stopRequested: null,
	...over,
});

/** Tool calls reported, everything named. */
const FIELDS: AgentSettings['fields'] = {
	text: 'text',
	thought: 'thought',
	session: 'sid',
	model: 'model',
	input_tokens: 'usage.in',
	output_tokens: 'usage.out',
	cost_usd: 'usage.cost',
	error: 'error',
	tool_call: 'call.id',
	tool_name: 'call.name',
	tool_input: 'call.input',
	tool_result: 'result.id',
	tool_output: 'result.output',
	tool_error: 'result.failed',
};
const MINE: Partial<AgentSettings> = {
	output: 'jsonl',
	fields: FIELDS,
	resume: ['-r', '{session}'],
	limit_stderr: [{ pattern: '^quota exceeded', kind: 'quota' }],
	limit_fields: [
		{ field: 'error.code', equals: 'out_of_credit', kind: 'billing', reset_field: 'error.resets' },
		{ field: 'error.status', matches: '^429$', kind: 'rate' },
	],
};

function open(over: Partial<AgentSettings> = {}, context: Partial<ParserContext> = {}) {
	return new JsonLinesParser('mine', settings({ ...MINE, ...over }), { ...CONTEXT, ...context });
}
const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);

function turnOf(lines: unknown[], end = exit(0), over: Partial<AgentSettings> = {}, context = {}) {
	const parser = open(over, context);
	const events = lines.flatMap((value) => parser.push(line(value)));
	const ended = parser.end(end);
	return { events: [...events, ...ended.events], turn: ended.turn };
}

describe('the JSON lines of an agent', () => {
	it('give conversation, model, thoughts, answer, counts and cost at the named paths', () => {
		const { events, turn } = turnOf([
			{ sid: 's-1', model: 'big' },
			{ thought: 'hm' },
			{ text: 'done' },
			{ usage: { in: 7, out: 2, cost: 0.25 } },
		]);
		expect(events).toMatchObject([
			{ type: 'session_started', nativeSessionId: 's-1', model: 'big' },
			{ type: 'agent_thought_chunk', text: 'hm' },
			{ type: 'agent_message_chunk', text: 'done' },
			{ type: 'usage', scope: 'turn', tokens: { input: 7, output: 2, cacheRead: null }, costUsd: 0.25 },
			{ type: 'turn_ended', outcome: 'completed' },
		]);
		expect(turn).toMatchObject({ nativeSessionId: 's-1', model: 'big', costUsd: 0.25, outcome: 'completed' });
	});

	it('are one message each, unless a field says which belong together', () => {
		const ids = (over: Partial<AgentSettings>) =>
			turnOf(
				[
					{ text: 'a', m: 1 },
					{ text: 'b', m: 1 },
					{ text: 'c', m: 2 },
				],
				exit(0),
				over,
			)
				.events.filter((event) => event.type === 'agent_message_chunk')
				.map(({ messageId }) => messageId);
		expect(new Set(ids({})).size).toBe(3);
		expect(ids({ fields: { ...FIELDS, message: 'm' } })).toEqual(['1-0', '1-0', '2-0']);
	});

	it('are read item by item where a path names every item', () => {
		const fields = {
			text: 'content.*.text',
			tool_call: 'content.*.id',
			tool_name: 'content.*.name',
			tool_input: 'content.*.input',
			tool_result: 'content.*.for',
		};
		const { events } = turnOf(
			[
				{
					content: [
						{ text: 'I look.' },
						{ id: 'a', name: 'read_file', input: { path: 'x.ts' } },
						{ id: 'b', name: 'bash', input: { command: 'npm test' } },
					],
				},
				{ content: [{ for: 'b' }, { for: 'a' }] },
			],
			exit(0),
			{ fields, resume: [], limit_fields: [] },
		);
		expect(events.slice(0, 5)).toMatchObject([
			{ type: 'agent_message_chunk', text: 'I look.' },
			{ type: 'tool_call', id: 'a', name: 'read_file', kind: 'read', paths: ['x.ts'], command: null },
			{ type: 'tool_call', id: 'b', kind: 'execute', command: 'npm test', title: 'npm test' },
			{ type: 'tool_result', id: 'b', ok: null },
			{ type: 'tool_result', id: 'a' },
		]);
	});

	it('take no words of a tool for the answer', () => {
		const fields = { text: 'content', tool_call: 'id', tool_result: 'id', tool_output: 'content' };
		const { events, turn } = turnOf(
			[{ id: 1 }, { id: 1, content: 'secret' }, { id: 1, content: '' }],
			exit(0),
			{
				fields,
				resume: [],
				limit_fields: [],
			},
		);
		expect(events.map(({ type }) => type)).toEqual(['tool_call', 'tool_result', 'error', 'turn_ended']);
		expect(turn.stopReason).toBe('empty_answer');
	});

	it('distinguish a failed tool from one that succeeded', () => {
		const { events } = turnOf([
			{ call: { id: 'a' } },
			{ result: { id: 'a', failed: true, output: 'no' } },
			{ call: { id: 'b' } },
			{ result: { id: 'b', failed: false } },
			{ result: { id: 'never called' } },
		]);
		const results = events.filter((event) => event.type === 'tool_result');
		expect(results.map(({ id, ok, output }) => [id, ok, output])).toEqual([
			['a', false, 'no'],
			['b', true, ''],
		]);
	});

	it('are skipped where they are not JSON, and never break the parser', () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(fc.json(), fc.string())), (lines) => {
				const parser = open();
				parser.push(Buffer.from(lines.join('\n')));
				expect(parser.end(exit(0)).events.at(-1)?.type).toBe('turn_ended');
			}),
		);
	});

	it('give the same events however their bytes are split', () => {
		const bytes = Buffer.concat(
			[
				{ sid: 'é' },
				{ sid: 's' },
				{ text: 'é' },
				{ call: { id: 1 } },
				{ error: { code: 'out_of_credit' } },
			].map(line),
		);
		const read = (cuts: number[]) => {
			const parser = open();
			const parts = [...cuts, bytes.length].map((cut, at) => bytes.subarray(cuts[at - 1] ?? 0, cut));
			const events = parts.flatMap((part) => parser.push(part));
			return [...events, ...parser.end(exit(1)).events];
		};
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
				expect(read(cuts.sort((a, b) => a - b))).toEqual(read([]));
			}),
		);
	});

	it('reach no property that an object only inherits', () => {
		const fields = { text: 'constructor.name', error: '__proto__.x' };
		expect(turnOf([{}], exit(0), { fields, resume: [], limit_fields: [] }).turn.stopReason).toBe(
			'empty_answer',
		);
	});
});

describe('a conversation reported in JSON lines', () => {
	it('is none for an agent that cannot resume, nor by an id that reads as an option', () => {
		const kinds = (lines: unknown[], over = {}) =>
			turnOf(lines, exit(0), over).events.map(({ type }) => type);
		expect(kinds([{ sid: 's', text: 'x' }], { resume: [] })).not.toContain('session_started');
		expect(kinds([{ sid: '--yolo', text: 'x' }])).not.toContain('session_started');
	});

	it('is checked against the one that was asked for', () => {
		const context = { resume: true, requestedSessionId: 'old' };
		const { events, turn } = turnOf([{ sid: 'new', text: 'x' }], exit(0), {}, context);
		expect(events[1]).toMatchObject({ type: 'error', code: 'session_mismatch' });
		expect(turn).toMatchObject({ outcome: 'completed', nativeSessionId: 'new' });
	});
});

describe('a limit reported in JSON lines', () => {
	it.each([
		['2026-11-21T10:00:00Z', Date.parse('2026-11-21T10:00:00Z')],
		[1_795_000_000, 1_795_000_000_000],
		[1_795_000_000_123, 1_795_000_000_123],
		['1795000000', 1_795_000_000_000],
		['tomorrow', null],
		[3600, NOW + 3_600_000],
		['Resets in 2 hours', NOW + 7_200_000],
		['in 2 hours', NOW + 7_200_000],
		['2026-12-29 23:59:59 +0800 CST', Date.parse('2026-12-29T15:59:59Z')],
		['Sat, 28 Nov 2026 16:30:00 GMT', Date.parse('2026-11-28T16:30:00Z')],
		[-1, null],
		[undefined, null],
	])('acts at once, with its reset %s', (resets, resetAt) => {
		const { events, turn } = turnOf([{ error: { code: 'out_of_credit', resets } }], exit(1));
		expect(events.filter(({ type }) => type === 'limit')).toHaveLength(1);
		expect(turn).toMatchObject({
			outcome: 'limited',
			limit: {
				kind: 'billing',
				resetAt,
				// Without a reported end its length is the relay's guess.
				confidence: resetAt === null ? 'estimated' : 'exact',
				source: { channel: 'event', rule: 'mine:limit_fields.error.code' },
			},
		});
	});

	it('is over when the agent continues', () => {
		const { turn } = turnOf([{ error: { code: 'out_of_credit' } }, { text: 'done' }]);
		expect(turn).toMatchObject({ outcome: 'completed', limit: null, error: null });
	});

	it('of a passing kind is left to patience, and is the reason when nothing follows', () => {
		const { events, turn } = turnOf([{ error: { status: 429 } }], exit(1));
		expect(events.map(({ type }) => type)).toEqual(['error', 'retry', 'limit', 'turn_ended']);
		expect(turn.limit?.kind).toBe('rate');
	});

	it('is unknown for a turn whose end nobody saw, unless it was a hard one', () => {
		expect(turnOf([{ error: { status: 429 } }], exit(null)).turn.outcome).toBe('outcome_unknown');
		expect(turnOf([{ error: { code: 'out_of_credit' } }], exit(null)).turn.outcome).toBe('limited');
	});

	it('on stderr acts at once before the first tool call', () => {
		expect(open().stderr(Buffer.from('quota exceeded\n'))).toMatchObject([
			{ type: 'limit', limit: { kind: 'quota', source: { channel: 'stderr' } } },
		]);
	});

	it('on stderr is not seen while a tool is at work, and left to patience after one', () => {
		const parser = open();
		parser.push(line({ call: { id: 'a' } }));
		expect(parser.stderr(Buffer.from('quota exceeded\n'))).toEqual([]);
		parser.push(line({ result: { id: 'a' } }));
		expect(parser.stderr(Buffer.from('quota exceeded\n'))).toMatchObject([{ type: 'retry', reason: 'rate' }]);
		expect(parser.end(exit(1)).turn).toMatchObject({ outcome: 'limited', limit: { kind: 'quota' } });
	});

	it('on stderr is void once the agent continues, even for a later crash', () => {
		const parser = open();
		parser.push(line({ call: { id: 'a' } }));
		parser.push(line({ result: { id: 'a' } }));
		parser.stderr(Buffer.from('quota exceeded\n'));
		parser.push(line({ text: 'I look.' }));
		expect(parser.end(exit(1)).turn).toMatchObject({ outcome: 'failed', limit: null });
	});

	it('on stderr that a tool printed is not a limit of a turn that crashed', () => {
		const parser = open();
		parser.push(line({ call: { id: 'a' } }));
		parser.stderr(Buffer.from('quota exceeded\n'));
		parser.push(line({ result: { id: 'a' } }));
		expect(parser.end(exit(1)).turn.outcome).toBe('failed');
	});

	it('on stderr is left to patience if tool calls are not reported', () => {
		const parser = open({ fields: { text: 'text', session: 'sid' } });
		expect(parser.stderr(Buffer.from('quota exceeded\n'))).toMatchObject([{ type: 'retry' }]);
	});
});

describe('an error reported in JSON lines', () => {
	it.each([
		['gone wrong', 'gone wrong'],
		[{ message: 'no model' }, 'no model'],
		[{ code: 7 }, '{"code":7}'],
		[true, 'the agent reported an error'],
	])('fails a turn that ends with it although its exit code is 0', (error, message) => {
		expect(turnOf([{ text: 'half' }, { error }]).turn).toMatchObject({
			outcome: 'failed',
			stopReason: 'api_error',
			error: { message },
		});
	});

	it('is none if the field says so', () => {
		for (const error of [false, null, '', 0])
			expect(turnOf([{ text: 'done', error }]).turn.outcome).toBe('completed');
	});
});

describe('a limit by the words of the provider', () => {
	const TOLD: Partial<AgentSettings> = {
		output: 'jsonl',
		fields: { text: 'text', error: 'error' },
		limit_fields: [{ field: 'error', kind: 'told' }],
	};
	const failedWith = (error: unknown, over: Partial<AgentSettings> = {}) =>
		turnOf([{ error }], exit(1), { ...TOLD, resume: [], ...over }).turn;

	it.each([
		['[API Error: 403 user quota is not enough, please recharge]', 'billing'],
		[
			'[API Error: 429 You exceeded your current quota, please check your plan and billing details.]',
			'billing',
		],
		['[API Error: 429 Rate limit reached for requests]', 'rate'],
		['[API Error: 429 something new]', 'rate'],
		['HTTP 402: no', 'billing'],
		['Error code: 529', 'overloaded'],
		['You have exceeded the monthly usage quota.', 'window'],
		[{ code: 'insufficient_quota', message: 'x' }, 'billing'],
		[{ message: '{"error":{"code":"1113","message":"余额不足"}}' }, 'billing'],
		[{ status: 403, error: { type: 'FreeUsageLimitError' } }, 'quota'],
	])('is judged as the built-in agents’ are: %j is %s', (error, kind) => {
		expect(failedWith(error)).toMatchObject({
			outcome: 'limited',
			limit: {
				kind,
				source: { channel: 'event', rule: expect.stringMatching(/^mine:limit_fields\.error\./) },
			},
		});
	});

	it.each([
		['[API Error: 401 Incorrect API key provided]', 'auth'],
		['[API Error: 403 Forbidden]', 'auth'],
		['Input exceeds the context window', 'context_too_long'],
		['cannot read a.txt: no such file', 'crashed'],
		['line 429 of the report', 'crashed'],
		[{ deep: [[['rate limit']]] }, 'crashed'],
		[true, 'crashed'],
	])('is none, and the failure gets its name: %j is %s', (error, stopReason) => {
		expect(failedWith(error)).toMatchObject({ outcome: 'failed', stopReason, limit: null });
	});

	it('takes its end from the field that holds it, or from the words', () => {
		const withReset: Partial<AgentSettings> = {
			limit_fields: [{ field: 'error.message', kind: 'told', reset_field: 'error.resets' }],
		};
		const message = 'You have exceeded the weekly usage quota.';
		expect(failedWith({ message, resets: new Date(NOW + 4e8).toISOString() }, withReset).limit).toMatchObject(
			{
				kind: 'window',
				resetAt: NOW + 4e8,
				confidence: 'exact',
			},
		);
		expect(failedWith({ message: `${message} Try again in 3 hours.` }, withReset).limit).toMatchObject({
			resetAt: NOW + 3 * 3_600_000,
			confidence: 'derived',
		});
	});

	it('is looked for by the next rule if the words of one say nothing', () => {
		const limit_fields: AgentSettings['limit_fields'] = [
			{ field: 'error.message', kind: 'told' },
			{ field: 'error.code', equals: [7, '402', 'spent'], kind: 'quota' },
		];
		for (const code of [7, '7', 402, '402', 'spent'])
			expect(failedWith({ message: 'no', code }, { limit_fields }).limit?.kind).toBe('quota');
		for (const code of [8, '07', true, null, ['spent']])
			expect(failedWith({ message: 'no', code }, { limit_fields }).outcome).toBe('failed');
	});

	it('on stderr counts too, and other words there are none', () => {
		const limit_stderr: AgentSettings['limit_stderr'] = [{ pattern: '^Retrying in \\d+s', kind: 'told' }];
		const said = (line: string) => {
			const mine = open({ ...TOLD, resume: [], limit_stderr });
			return mine.stderr(Buffer.from(`${line}\n`));
		};
		expect(said('Retrying in 60s: [API Error: 429 slow down]')).toMatchObject([
			{ type: 'retry', reason: 'rate' },
		]);
		expect(said('Retrying in 60s: [API Error: 500 boom]')).toEqual([]);
		expect(said('Retrying in 60s: [API Error: 401 no]')).toEqual([]);
		expect(said('warning: [API Error: 429 slow down]')).toEqual([]);
	});

	it('never throws, whatever is in the field', () => {
		let deep: unknown = 'rate limit';
		for (let depth = 0; depth < 4000; depth++) deep = [deep];
		expect(failedWith(deep)).toMatchObject({ outcome: 'failed', limit: null });
		const mine = open({ ...TOLD, resume: [] });
		mine.push(Buffer.from(`{"error":${'['.repeat(20_000)}${']'.repeat(20_000)}}\n`));
		expect(mine.end(exit(1)).turn).toMatchObject({ outcome: 'failed', limit: null });
		fc.assert(
			fc.property(fc.jsonValue(), (error) => {
				expect(failedWith(error).outcome).toBeTypeOf('string');
			}),
		);
	});
});

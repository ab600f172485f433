/** What no CLI prints, given to every adapter: the end is a judgement, never an exception. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, AgentParser, ParserContext } from '../../../src/agents/agent-adapter.ts';
import { genericAdapter } from '../../../src/agents/generic/adapter.ts';
import { BUILT_IN_ADAPTERS } from '../../../src/agents/registry.ts';
import { splitAt } from '../../helpers/replay-fixture.ts';
import { settings } from './generic/settings.ts';

const NOW = Date.parse('2026-11-28T09:00:00Z');
const CONTEXT: ParserContext = {
	requestedSessionId: '11111111-2222-4333-8444-555555555555',
	resume: false,
	requestedModel: 'm',
	cumulativeBefore: null,
	now: () => NOW,
};
const COURIER = genericAdapter(
	'courier',
	settings({
		command: ['courier'],
		output: 'jsonl',
		resume: ['--resume', '{session}'],
		fields: {
			text: 'content.*.text',
			thought: 'content.*.thinking',
			session: 'session_id',
			model: 'model',
			error: 'error',
			input_tokens: 'usage.input_tokens',
			tool_call: 'tool_id',
			tool_name: 'tool_name',
			tool_input: 'parameters',
			tool_result: 'result_id',
			tool_output: 'output',
			tool_error: 'is_error',
		},
		limit_fields: [
			{ field: 'error', kind: 'told', reset_field: 'resets' },
			{ field: 'status', equals: [429, 'spent'], kind: 'rate' },
		],
		limit_stderr: [{ pattern: '.', kind: 'told' }],
	}),
);
const ADAPTERS = [...BUILT_IN_ADAPTERS, COURIER].map((adapter) => [adapter.id, adapter] as const);
const EXIT: AgentExit = { exitCode: 1, signal: null, stopRequested: null };
const EXITS: AgentExit[] = [
	EXIT,
	{ exitCode: 0, signal: null, stopRequested: null },
	{ exitCode: null, signal: 'SIGTERM', stopRequested: 'limited' },
];

/** Names of lines and fields that one adapter or another reads. */
const TYPES = [
	'init',
	'system',
	'assistant',
	'user',
	'message',
	'stream_event',
	'rate_limit_event',
	'result',
	'thread.started',
	'turn.completed',
	'turn.failed',
	'item.started',
	'item.completed',
	'tool_use',
	'tool_result',
	'step_start',
	'step_finish',
	'text',
	'reasoning',
	'error',
];
const FIELDS = [
	'subtype',
	'session_id',
	'sessionID',
	'thread_id',
	'message',
	'content',
	'part',
	'item',
	'error',
	'usage',
	'stats',
	'tool_id',
	'tool_name',
	'parameters',
	'output',
	'status',
	'rate_limit_info',
	'event',
	'role',
	'timestamp',
	'resets',
	'result',
	'is_error',
	'parent_tool_use_id',
	'model',
];
const line = fc
	.tuple(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue({ maxDepth: 4 })))
	.map(([type, fields]) => `${JSON.stringify({ ...fields, type })}\n`);
const noise = fc.oneof(
	line,
	line,
	fc.string().map((text) => `${text}\n`),
);

function end(parser: AgentParser, exit: AgentExit) {
	const { events, turn } = parser.end(exit, null);
	expect(turn.outcome).toBeTypeOf('string');
	return { events, turn };
}

describe.each(ADAPTERS)('%s', (_, adapter) => {
	it('gives the same turn of any lines, however they are cut', () => {
		fc.assert(
			fc.property(
				fc.array(noise, { maxLength: 8 }),
				fc.array(noise, { maxLength: 4 }),
				fc.array(fc.nat(2000), { maxLength: 10 }),
				fc.constantFrom(...EXITS),
				(lines, errors, cuts, exit) => {
					const [stdout, stderr] = [Buffer.from(lines.join('')), Buffer.from(errors.join(''))];
					const whole = adapter.parser(CONTEXT);
					const cut = adapter.parser(CONTEXT);
					const all = [...whole.push(stdout), ...whole.stderr(stderr)];
					const pieces = [
						...splitAt(stdout, cuts).flatMap((chunk) => cut.push(chunk)),
						...splitAt(stderr, cuts).flatMap((chunk) => cut.stderr(chunk)),
					];
					expect([...pieces, end(cut, exit)]).toEqual([...all, end(whole, exit)]);
				},
			),
			{ numRuns: 60 },
		);
	});

	it.each([
		['lists', '[', ']'],
		['objects', '{"error":', '}'],
	])('reads past 20,000 nested %s in any field', (_kind, open, close) => {
		const deep = `${open.repeat(20_000)}0${close.repeat(20_000)}`;
		for (const type of ['assistant', 'result', 'turn.failed', 'item.completed', 'tool_use', 'error']) {
			const parser = adapter.parser(CONTEXT);
			const fields = ['message', 'error', 'part', 'item'].map((name) => `"${name}":${deep}`).join(',');
			parser.push(Buffer.from(`{"type":"${type}",${fields}}\n`));
			parser.stderr(Buffer.from(`\u001e{"relay":"session.status","status":${deep}}\n`));
			end(parser, EXIT);
		}
	});
});

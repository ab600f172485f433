/** The parser of every agent: from bytes to events, from events to the records. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type {
	AgentAdapter,
	AgentExit,
	AgentParser,
	ParsedTurn,
	ParserContext,
} from '../../../src/agents/agent-adapter.ts';
import { readOversized as readClaudeOversized } from '../../../src/agents/claude/oversized.ts';
import { rebuildOversized } from '../../../src/agents/codex/oversized.ts';
import { readOversized as readCopilotOversized } from '../../../src/agents/copilot/oversized.ts';
import { DEMO_ADAPTERS } from '../../../src/agents/demo/adapter.ts';
import type { AgentEvent } from '../../../src/agents/events.ts';
import { readOversized as readGeminiOversized } from '../../../src/agents/gemini/oversized.ts';
import { genericAdapter } from '../../../src/agents/generic/adapter.ts';
import { readOversized as readOpencodeOversized } from '../../../src/agents/opencode/oversized.ts';
import { BUILT_IN_ADAPTERS } from '../../../src/agents/registry.ts';
import { MAX_LINE_BYTES } from '../../../src/core/files/line-splitter.ts';
import {
	parseMeta,
	parseTurnState,
	serializeMeta,
	serializeTurnState,
} from '../../../src/sessions/files/json-record.ts';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import { beginTurn, endTurn } from '../../../src/sessions/transitions.ts';
import { parseEventLine, serializeEvent } from '../../../src/turns/event-log.ts';
import { judgeTurn } from '../../../src/turns/judge/judge-turn.ts';
import { boundedEvent, boundedTurn } from '../../../src/turns/record/bounded-numbers.ts';
import { Transcript } from '../../../src/turns/record/output-text.ts';
import { TurnRecorder } from '../../../src/turns/record/recorder.ts';
import { TurnFacts } from '../../../src/turns/turn-facts.ts';
import { fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';
import { growthOf, LINEAR } from '../../helpers/growth.ts';
import { type Fixture, fixtureNames, loadFixture, replay, splitAt } from '../../helpers/replay-fixture.ts';
import { settings } from '../../unit/agents/generic/settings.ts';
import { cuts, lineOf, recordings, streamOf, telemetryOf } from '../recorded.ts';
import { withFolder } from '../scratch.ts';
import { type FuzzTarget, target } from '../target.ts';
import { FORBIDDEN } from './text.ts';

const NOW = Date.parse('2026-11-28T09:00:00Z');
const ID = '11111111-2222-4333-8444-555555555555';

const COURIER = genericAdapter(
	'courier',
	settings({
		command: ['courier'],
		output: 'jsonl',
		resume: ['--resume', '{session}'],
		fields: {
			text: 'content',
			thought: 'thinking',
			session: 'session_id',
			model: 'model',
			error: 'error',
			input_tokens: 'stats.input_tokens',
			output_tokens: 'stats.output_tokens',
			tool_call: 'tool_id',
			tool_name: 'tool_name',
			tool_input: 'parameters',
			tool_result: 'tool_id',
			tool_output: 'output',
			tool_error: 'is_error',
		},
		limit_fields: [
			{ field: 'error', kind: 'told', reset_field: 'resets' },
			{ field: 'status', equals: [429, 'spent'], kind: 'rate' },
		],
		limit_stderr: [{ pattern: 'quota|limit', kind: 'told' }],
	}),
);
const PRINTER = genericAdapter(
	'printer',
	settings({ command: ['printer'], limit_stderr: [{ pattern: 'quota|limit', kind: 'told' }] }),
);

/** Whose recordings stand in for an agent that has none: its format is the same or alike. */
const RECORDED_AS: Record<string, string> = {
	'demo-sprinter': 'claude',
	'demo-closer': 'codex',
	courier: 'gemini',
	printer: 'opencode',
};
const ADAPTERS = [...BUILT_IN_ADAPTERS, ...DEMO_ADAPTERS, COURIER, PRINTER];

const context: fc.Arbitrary<ParserContext> = fc.record({
	requestedSessionId: fc.constantFrom(ID, null),
	resume: fc.boolean(),
	requestedModel: fc.constantFrom('m', null),
	cumulativeBefore: fc.constantFrom(null, {
		input: 10,
		output: 5,
		cacheRead: 0,
		cacheWrite: null,
		reasoning: 1,
	}),
	now: fc.constant(() => NOW),
	planBefore: fc.constantFrom([], [{ text: 'Look', status: 'pending' as const, id: '7' }]),
});
const exit: fc.Arbitrary<AgentExit> = fc.oneof(
	fc.record({
		exitCode: fc.constantFrom(0, 1, 2, 42, 52, 53, 130, 137, 255),
		signal: fc.constant(null),
		stopRequested: fc.constantFrom(
			null,
			null,
			'cancelled',
			'timed_out',
			'limited',
			'linger',
			'background',
			'failed',
		),
	}),
	fc.record({
		exitCode: fc.constant(null),
		signal: fc.constantFrom('SIGTERM', 'SIGKILL', 'SIGHUP'),
		stopRequested: fc.constantFrom(null, 'cancelled', 'timed_out', 'limited', 'background'),
	}),
) as fc.Arbitrary<AgentExit>;

interface Fed {
	events: AgentEvent[];
	turn: ParsedTurn;
}

interface Channels {
	stdout: Buffer[];
	stderr: Buffer[];
	telemetry: Buffer[];
}

function feed(parser: AgentParser, { stdout, stderr, telemetry }: Channels, ended: AgentExit): Fed {
	const events = [
		...stdout.flatMap((chunk) => parser.push(chunk)),
		...stderr.flatMap((chunk) => parser.stderr(chunk)),
		...telemetry.flatMap((chunk) => parser.telemetry?.(chunk) ?? []),
	];
	const { events: last, turn } = parser.end(ended, null);
	return { events: [...events, ...last], turn };
}

/** As JSON has it: -0 is 0 there, and half a character is escaped. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function parserTarget(adapter: AgentAdapter): FuzzTarget {
	const recorded = RECORDED_AS[adapter.id] ?? adapter.id;
	const stdout = streamOf(recordings(recorded, 'stdout.jsonl'));
	const stderr = streamOf(recordings(recorded, 'stderr.log'));
	const telemetry = adapter.id === 'gemini' ? telemetryOf(ID) : fc.constant(Buffer.alloc(0));
	return target(
		`${adapter.id} parser`,
		'gives the same events however the bytes are cut, one end, and records that read back',
		60,
		fc.tuple(context, stdout, stderr, telemetry, cuts, exit),
		([given, out, err, told, places, ended]) => {
			const whole = feed(adapter.parser(given), { stdout: [out], stderr: [err], telemetry: [told] }, ended);
			const pieces = {
				stdout: splitAt(out, places),
				stderr: splitAt(err, places),
				telemetry: splitAt(told, places),
			};
			expect(feed(adapter.parser(given), pieces, ended)).toEqual(whole);
			expectOneEnd(whole);
			expectToReadBack(whole);
		},
	);
}

/** What stands last in the stream is how the turn is judged. */
function expectOneEnd({ events, turn }: Fed): void {
	const last = events.findLast((event) => event.type === 'turn_ended');
	expect(last).toMatchObject({ outcome: turn.outcome, stopReason: turn.stopReason });
}

function expectToReadBack({ events, turn }: Fed): void {
	const facts = new TurnFacts();
	const transcript = new Transcript();
	let shown = '';
	for (const told of events) {
		const event = boundedEvent(told, NOW);
		const logged = { ts: NOW, seq: 1, event };
		const line = serializeEvent(logged);
		expect(line.indexOf('\n')).toBe(line.length - 1);
		expect(parseEventLine(line)).toEqual(asJson(logged));
		if (event.type === 'tool_call') expect(event.title.length).toBeLessThanOrEqual(500);
		if (event.type === 'limit') expect(event.limit.source.excerpt.length).toBeLessThanOrEqual(500);
		facts.add(event, NOW);
		shown += transcript.add(event);
	}
	shown += transcript.end();
	expect(FORBIDDEN.test(shown)).toBe(false);
	const judged = judgeTurn(boundedTurn(turn, NOW), facts, null, () => null);
	const state = { ...fakeTurnState(), ...judged };
	const written = serializeTurnState(state, 'x');
	const read = parseTurnState(written, 'x');
	expect(read).toEqual(JSON.parse(written));
	const meta = serializeMeta(
		endTurn(beginTurn(fakeSessionMeta({ turn_count: 0 }), { state: read, words: 'words' }), {
			state: read,
			earlier: [],
		}),
		'x',
	);
	expect(parseMeta(meta, 'x')).toEqual(JSON.parse(meta));
}

/** Sentences that mean a limit, a lost login or an end where a CLI says them. */
const CLI_WORDS = [
	"You've hit your limit · resets 3pm (UTC)",
	"You've hit your usage limit. Upgrade to Pro or try again at 3:15 PM.",
	'Claude AI usage limit reached|1795284000',
	'API Error: 429 {"type":"error","error":{"type":"rate_limit_error","message":"usage limit reached"}}',
	'API Error: Repeated 529 Overloaded errors',
	'Your credit balance is too low',
	'Quota exceeded for quota metric. You have exhausted your daily quota on this model. RESOURCE_EXHAUSTED',
	'{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Your quota will reset after 3h22m15s."}}',
	'{"type":"turn.failed","error":{"message":"You\'ve hit your usage limit."}}',
	'\n{"type":"result","subtype":"error_during_execution","is_error":true,"api_error_status":429}\n',
	'Attempt 1 failed with status 429. Retrying with backoff...',
	'FreeUsageLimitError: insufficient_quota',
	'Not logged in · Please run /login',
	'stream error: exceeded retry limit, last status: 429 Too Many Requests; retrying 1/5',
];

/** Texts of the model, the tools and the user in a recording, by the events that they became. */
function wordsOfOthers({ events }: Fed): string[] {
	const found = events.flatMap((event) => {
		if (event.type === 'agent_message_chunk' || event.type === 'agent_thought_chunk') return [event.text];
		if (event.type === 'tool_result') return [event.output];
		return event.type === 'tool_call' && event.command !== null ? [event.command] : [];
	});
	return [...new Set(found)].filter((text) => text.trim().length > 2);
}

/** The stream with other words in each place where one of `texts` stands whole as a value, and nowhere else. */
function respoken(stdout: Buffer, texts: ReadonlySet<string>, words: string): Buffer {
	const replaced = (value: unknown): unknown => {
		if (typeof value === 'string') return texts.has(value) ? words : value;
		if (Array.isArray(value)) return value.map(replaced);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, replaced(child)]));
	};
	const lines = stdout.toString('utf8').split('\n');
	return Buffer.from(
		lines
			.map((line) => (line.startsWith('{') ? JSON.stringify(replaced(JSON.parse(line))) : line))
			.join('\n'),
	);
}

const countOf = (events: readonly AgentEvent[], type: AgentEvent['type']) =>
	events.filter((event) => event.type === type).length;

function spokenTarget(adapter: AgentAdapter): FuzzTarget {
	const completed: Array<readonly [Fixture, Fed, string[]]> = fixtureNames(adapter.id)
		.map((name) => loadFixture(adapter.id, name))
		.filter((fixture) => fixture.expect.status === 'completed' && fixture.expect.limit === null)
		.filter((fixture) => isJsonLines(fixture.stdout))
		.map((fixture) => [fixture, replay(adapter, fixture)] as const)
		.map(([fixture, before]) => [fixture, before, wordsOfOthers(before)] as const)
		.filter(([, , texts]) => texts.length > 0);
	return target(
		`${adapter.id} words of others`,
		'are never a limit, a retry or an end, whatever the model, a tool or the user says',
		60,
		fc.tuple(
			fc.constantFrom(...completed),
			fc.array(fc.nat(100), { minLength: 1, maxLength: 4 }),
			fc.constantFrom(...CLI_WORDS),
			fc.boolean(),
		),
		([[fixture, before, texts], picked, words, isAlone]) => {
			const chosen = new Set(picked.map((at) => texts[at % texts.length] ?? ''));
			const said = isAlone ? words : `Look: ${words}\nThat is what it printed.`;
			const after = replay(adapter, { ...fixture, stdout: respoken(fixture.stdout, chosen, said) });
			expect(after.turn.outcome).toBe(before.turn.outcome);
			expect(after.turn.limit).toBeNull();
			for (const type of ['limit', 'retry'] as const)
				expect(countOf(after.events, type)).toBe(countOf(before.events, type));
			expect(after.turn.nativeSessionId).toBe(before.turn.nativeSessionId);
		},
	);
}

function isJsonLines(stdout: Buffer): boolean {
	return stdout
		.toString('utf8')
		.split('\n')
		.every((line) => {
			if (!line.startsWith('{')) return true;
			try {
				JSON.parse(line);
				return true;
			} catch {
				return false;
			}
		});
}

/** What a parser makes of a line that nobody thought of: an exception, at any line that holds `word`. */
function stumbling(parser: AgentParser, word: string): AgentParser {
	return {
		push(chunk) {
			if (word !== '' && chunk.includes(word)) throw new Error('stumbled');
			return parser.push(chunk);
		},
		stderr: (chunk) => parser.stderr(chunk),
		end: (ended, native) => parser.end(ended, native),
	};
}

const anyStream = fc.oneof(
	...ADAPTERS.map((adapter) =>
		streamOf(recordings(RECORDED_AS[adapter.id] ?? adapter.id, 'stdout.jsonl')).map(
			(bytes) => [adapter, bytes] as const,
		),
	),
);

interface Written {
	raw: Buffer;
	events: string;
	output: string;
}

/** `read`: how the bytes reach the recorder; as they come from the agent, or read again by recovery. */
function record(parser: AgentParser, ended: AgentExit, read: (recorder: TurnRecorder) => void): Written {
	return withFolder((folder) => {
		mkdirSync(join(folder, 'turns'));
		const recorder = new TurnRecorder({
			folder,
			turn: 1,
			prompt: Buffer.from('go'),
			parser,
			now: () => NOW,
			planBefore: null,
			onEvent: () => undefined,
			onUnreadable: () => undefined,
			onError: (error) => {
				throw error;
			},
		});
		try {
			read(recorder);
			recorder.end(ended, null);
		} finally {
			recorder.close();
		}
		const text = (name: 'events.jsonl' | 'output.md') => readFileSync(turnFile(folder, 1, name), 'utf8');
		return {
			raw: readFileSync(turnFile(folder, 1, 'raw.jsonl')),
			events: text('events.jsonl'),
			output: text('output.md'),
		};
	});
}

const recorderTarget = target(
	'recorder',
	'keeps every byte, also where the parser stumbles, and what it makes of them reads back and is the same once more',
	40,
	fc.tuple(anyStream, context, cuts, exit, fc.constantFrom('', '', 'a', 'session', 'result', '"type"')),
	([[adapter, bytes], given, places, ended, word]) => {
		const parser = () => stumbling(adapter.parser(given), word);
		const written = record(parser(), ended, (recorder) => {
			for (const chunk of splitAt(bytes, word === '' ? places : [])) recorder.output(chunk);
		});
		expect(written.raw.equals(bytes)).toBe(true);
		const logged = written.events.split('\n').slice(0, -1).map(parseEventLine);
		expect(logged.map((line) => line?.seq)).toEqual(logged.map((_, at) => at + 1));
		expect(FORBIDDEN.test(written.output)).toBe(false);
		const again = record(parser(), ended, (recorder) => recorder.replayOutput(written.raw));
		expect([again.events, again.output]).toEqual([written.events, written.output]);
	},
);

/** Beginning and end of a line of `bytes` bytes, as the splitter leaves it. */
const oversized: fc.Arbitrary<{ kind: 'oversized'; bytes: number; head: string; tail: string }> = fc
	.tuple(
		lineOf(ADAPTERS.flatMap(({ id }) => (RECORDED_AS[id] ? [] : recordings(id, 'stdout.jsonl')))),
		fc.nat(6000),
		fc.nat(6000),
	)
	.map(([line, from, to]) => ({
		kind: 'oversized',
		bytes: MAX_LINE_BYTES + line.length,
		head: line.slice(0, from % (line.length + 1)),
		tail: line.slice(to % (line.length + 1)),
	}));

const oversizedTarget = target(
	'oversized lines',
	'are read as far as they are known: an object, or nothing, whatever stands at their two ends',
	150,
	oversized,
	(line) => {
		const read = [
			readClaudeOversized(line)?.message ?? null,
			rebuildOversized(line),
			readGeminiOversized(line),
			readOpencodeOversized(line),
			readCopilotOversized(line),
		];
		for (const value of read) {
			expect(value === null || (typeof value === 'object' && !Array.isArray(value))).toBe(true);
			expect(JSON.parse(JSON.stringify(value))).toEqual(asJson(value));
		}
	},
);

const stderrTargets = ADAPTERS.map((adapter) =>
	target(
		`${adapter.id} stderr`,
		'of any bytes is judged by the code that the CLI ended with, and is never the answer',
		40,
		fc.tuple(
			streamOf(recordings(RECORDED_AS[adapter.id] ?? adapter.id, 'stderr.log')),
			fc.uint8Array({ maxLength: 200 }),
			exit,
		),
		([recorded, raw, ended]) => {
			const given = {
				requestedSessionId: ID,
				resume: false,
				requestedModel: null,
				cumulativeBefore: null,
				now: () => NOW,
			};
			const { events, turn } = feed(
				adapter.parser(given),
				{ stdout: [], stderr: [recorded, Buffer.from(raw)], telemetry: [] },
				ended,
			);
			expect(countOf(events, 'agent_message_chunk')).toBe(0);
			expect(countOf(events, 'tool_call')).toBe(0);
			if (ended.stopRequested === 'cancelled') expect(turn.outcome).toBe('cancelled');
			if (ended.exitCode !== 0 && ended.stopRequested === null) expect(turn.outcome).not.toBe('completed');
		},
	),
);

function growthTarget(adapter: AgentAdapter): FuzzTarget {
	const recorded = RECORDED_AS[adapter.id] ?? adapter.id;
	const line = lineOf(recordings(recorded, 'stdout.jsonl'));
	const given = {
		requestedSessionId: ID,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => NOW,
	};
	return target(
		`${adapter.id} many lines`,
		'take no more than as much longer as there are more of them',
		2,
		fc.tuple(fc.array(line, { minLength: 1, maxLength: 3 }), exit),
		([lines, ended]) => {
			const unit = `${lines.join('\n')}\n`;
			const growth = growthOf((units) => {
				const bytes = Buffer.from(unit.repeat(units));
				feed(adapter.parser(given), { stdout: [bytes], stderr: [bytes], telemetry: [bytes] }, ended);
			}, 8);
			expect(growth).toBeLessThan(LINEAR);
		},
	);
}

const SPEAKING = ADAPTERS.filter(({ id }) => RECORDED_AS[id] === undefined);

export const agentTargets: FuzzTarget[] = [
	...ADAPTERS.map(parserTarget),
	...SPEAKING.map(spokenTarget),
	recorderTarget,
	oversizedTarget,
	...stderrTargets,
	...ADAPTERS.map(growthTarget),
];

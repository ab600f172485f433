import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParsedTurn } from '../../../../src/agents/agent-adapter.ts';
import type { AgentEvent, Limit, TokenCounts } from '../../../../src/agents/events.ts';
import {
	parseMeta,
	parseTurnState,
	serializeMeta,
	serializeTurnState,
} from '../../../../src/sessions/files/json-record.ts';
import { beginTurn, endTurn } from '../../../../src/sessions/transitions.ts';
import { parseEventLine, serializeEvent } from '../../../../src/turns/event-log.ts';
import { judgeTurn } from '../../../../src/turns/judge/judge-turn.ts';
import { boundedEvent, boundedTurn } from '../../../../src/turns/record/bounded-numbers.ts';
import { TurnFacts } from '../../../../src/turns/turn-facts.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const NOW = Date.parse('2026-11-28T12:00:00.000Z');
const DAY = 24 * 3600_000;
const NONE: TokenCounts = { input: null, output: null, cacheRead: null, cacheWrite: null, reasoning: null };

const limitUntil = (resetAt: number | null): Limit => ({
	kind: 'window',
	resetAt,
	window: null,
	scope: null,
	source: { channel: 'event', rule: 'r', excerpt: 'e' },
	confidence: 'exact',
});

describe('numbers that agents report', () => {
	it.each([
		[0.01, 0.01],
		[99_000, 99_000],
		[1e305, null],
		[Number.POSITIVE_INFINITY, null],
		[Number.NaN, null],
		[-1, null],
	])('of a cost of %s keep %s', (costUsd, kept) => {
		expect(boundedEvent({ type: 'usage', scope: 'turn', tokens: NONE, costUsd }, NOW)).toMatchObject({
			costUsd: kept,
		});
	});

	it.each([
		[NOW + 3_600_000, NOW + 3_600_000],
		[NOW + 399 * DAY, NOW + 399 * DAY],
		[NOW + 401 * DAY, null],
		[8.64e15, null],
		[1e300, null],
		[-5, null],
	])('of a reset at %s keep %s', (resetAt, kept) => {
		expect(boundedEvent({ type: 'limit', limit: limitUntil(resetAt) }, NOW)).toMatchObject({
			limit: { resetAt: kept, confidence: kept === null ? 'estimated' : 'exact' },
		});
	});

	it('lose impossible values and nothing else', () => {
		const tokens = { ...NONE, input: 1e300, output: 20 };
		const event: AgentEvent = { type: 'usage', scope: 'turn', tokens, costUsd: 1 };
		expect(boundedEvent(event, NOW)).toEqual({ ...event, tokens: { ...NONE, output: 20 } });
		const windows = [
			{ window: 'a', ratio: 0.5, resetAt: 1e300 },
			{ window: 'b', ratio: Number.NaN, resetAt: null },
		];
		expect(boundedEvent({ type: 'utilization', windows }, NOW)).toEqual({
			type: 'utilization',
			windows: [{ window: 'a', ratio: 0.5, resetAt: null }],
		});
	});
});

const anyNumber = fc.oneof(
	fc.double(),
	fc.integer(),
	fc.constantFrom(
		Number.POSITIVE_INFINITY,
		Number.NEGATIVE_INFINITY,
		Number.NaN,
		1e305,
		-1,
		8.64e15,
		2 ** 53,
		1e11,
	),
);
const text = fc.string({ unit: 'binary', maxLength: 40 });
const maybe = fc.option(anyNumber, { nil: null });
const tokens = fc.record({
	input: maybe,
	output: maybe,
	cacheRead: maybe,
	cacheWrite: maybe,
	reasoning: maybe,
});
const limit = fc.record({
	kind: fc.constantFrom('window', 'rate', 'quota', 'billing', 'overloaded'),
	resetAt: maybe,
	window: fc.option(text, { nil: null }),
	scope: fc.constantFrom('account', 'model', null),
	source: fc.record({ channel: fc.constantFrom('event', 'stderr', 'exit'), rule: text, excerpt: text }),
	confidence: fc.constantFrom('exact', 'derived', 'estimated'),
}) as fc.Arbitrary<Limit>;
const windows = fc.array(fc.record({ window: text, ratio: anyNumber, resetAt: maybe }), { maxLength: 3 });
const event = fc.oneof(
	fc.record({ type: fc.constant('agent_message_chunk'), messageId: text, text }),
	fc.record({
		type: fc.constant('session_started'),
		nativeSessionId: text,
		model: fc.option(text, { nil: null }),
	}),
	fc.record({
		type: fc.constant('tool_call'),
		id: text,
		name: text,
		kind: fc.constantFrom('read', 'edit', 'execute', 'other'),
		title: text,
		command: fc.option(text, { nil: null }),
		paths: fc.array(text, { maxLength: 3 }),
	}),
	fc.record({
		type: fc.constant('tool_result'),
		id: text,
		ok: fc.constantFrom(true, false, null),
		denied: fc.boolean(),
		exitCode: maybe,
		output: text,
		outputBytes: anyNumber,
	}),
	fc.record({
		type: fc.constant('usage'),
		scope: fc.constantFrom('turn', 'cumulative'),
		tokens,
		costUsd: maybe,
	}),
	fc.record({
		type: fc.constant('retry'),
		reason: fc.constantFrom('rate', 'overloaded', 'server'),
		attempt: maybe,
		maxAttempts: maybe,
		delayMs: maybe,
		source: fc.constant({ channel: 'event', rule: 'r', excerpt: 'e' }),
	}),
	fc.record({ type: fc.constant('limit'), limit }),
	fc.record({ type: fc.constant('utilization'), windows }),
	fc.record({
		type: fc.constant('plan'),
		items: fc.array(fc.record({ text, status: fc.constantFrom('pending', 'completed') }), { maxLength: 3 }),
	}),
	fc.record({ type: fc.constant('error'), code: fc.option(text, { nil: null }), message: text }),
) as fc.Arbitrary<AgentEvent>;
const turn = fc.record({
	outcome: fc.constantFrom('completed', 'failed', 'limited'),
	stopReason: fc.constantFrom('end_turn', 'limit', null),
	error: fc.constant(null),
	limit: fc.option(limit, { nil: null }),
	nativeSessionId: fc.option(text, { nil: null }),
	model: fc.option(text, { nil: null }),
	tokens,
	cumulative: fc.option(tokens, { nil: null }),
	costUsd: maybe,
	toolResults: fc.array(fc.record({ id: text, ok: fc.boolean(), exitCode: maybe }), { maxLength: 2 }),
	utilization: windows,
}) as fc.Arbitrary<ParsedTurn>;

describe('whatever an agent reports', () => {
	it('is logged so that each line reads back as the same event', () => {
		fc.assert(
			fc.property(event, (told) => {
				const kept = boundedEvent(told, NOW);
				const line = serializeEvent({ ts: NOW, seq: 1, event: kept });
				expect(line.indexOf('\n')).toBe(line.length - 1);
				// As JSON has it: -0 is 0 there, and half a character is escaped.
				expect(parseEventLine(line)).toEqual(JSON.parse(JSON.stringify({ ts: NOW, seq: 1, event: kept })));
			}),
			{ numRuns: 500 },
		);
	});

	it('leaves a state and a session that read back as they were written, over many turns', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.array(event, { maxLength: 8 }), turn), { minLength: 1, maxLength: 4 }),
				(turns) => {
					let meta = fakeSessionMeta({ turn_count: 0 });
					const earlier = [];
					for (const [at, [events, ended]] of turns.entries()) {
						const facts = new TurnFacts();
						for (const one of events) facts.add(boundedEvent(one, NOW), NOW);
						const judged = judgeTurn(boundedTurn(ended, NOW), facts, null, () => null);
						const state = { ...fakeTurnState(), turn: at + 1, ...judged };
						const written = serializeTurnState(state, 'x');
						const read = parseTurnState(written, 'x');
						expect(read).toEqual(JSON.parse(written));
						meta = endTurn(beginTurn(meta, { state: read, words: 'words' }), { state: read, earlier });
						earlier.push(read);
						const session = serializeMeta(meta, 'x');
						expect(parseMeta(session, 'x')).toEqual(JSON.parse(session));
					}
				},
			),
			{ numRuns: 200 },
		);
	});
});

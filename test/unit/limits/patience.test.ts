import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentEvent, LimitSource } from '../../../src/agents/events.ts';
import { createPatience, type PatienceVerdict } from '../../../src/limits/patience.ts';

type Retry = Extract<AgentEvent, { type: 'retry' }>;

const PATIENCE_MS = 20_000;

function retry(
	reason: Retry['reason'],
	delayMs: number | null = null,
	channel: LimitSource['channel'] = 'event',
): Retry {
	return {
		type: 'retry',
		reason,
		attempt: null,
		maxAttempts: null,
		delayMs,
		source: { channel, rule: `test:${reason}`, excerpt: `${reason} ${delayMs}` },
	};
}

const text: AgentEvent = { type: 'agent_message_chunk', messageId: 'm', text: 'hi' };
const toolCall = (id: string): AgentEvent => ({
	type: 'tool_call',
	id,
	name: 'bash',
	kind: 'execute',
	title: 'x',
	command: 'x',
	paths: [],
});
const toolResult = (id: string): AgentEvent => ({
	type: 'tool_result',
	id,
	ok: true,
	denied: false,
	exitCode: 0,
	output: '',
	outputBytes: 0,
});

function patienceAfter(...events: Array<[number, AgentEvent]>) {
	const patience = createPatience({ patienceMs: PATIENCE_MS });
	for (const [at, event] of events) patience.observe(event, at);
	return patience;
}

describe('patience', () => {
	it('is not asked for while nothing is retried', () => {
		const patience = patienceAfter([0, text]);
		expect(patience.dueAt()).toBeNull();
		expect(patience.verdict(1e9)).toBeNull();
	});

	it.each(['rate', 'overloaded'] as const)(
		'ends when %s retries last longer than it, counted from the first',
		(reason) => {
			const patience = patienceAfter([1000, retry(reason, 500)], [9000, retry(reason, 8000)]);
			expect(patience.dueAt()).toBe(21_000);
			expect(patience.verdict(20_999)).toBeNull();
			expect(patience.verdict(21_000)).toEqual<PatienceVerdict>({
				type: 'limited',
				limit: {
					kind: reason,
					resetAt: null,
					window: null,
					scope: null,
					source: retry(reason, 8000).source,
					confidence: 'estimated',
				},
			});
		},
	);

	it('ends at once on a delay that is longer than it, and derives the reset from the delay', () => {
		const patience = patienceAfter([5000, retry('rate', 3_600_000)]);
		expect(patience.dueAt()).toBe(5000);
		expect(patience.verdict(5000)).toMatchObject({
			limit: { kind: 'rate', resetAt: 3_605_000, confidence: 'derived' },
		});
	});

	it('waits for the try that an agent announced as its last, and five seconds for its words', () => {
		const nth = (attempt: number | null, maxAttempts: number | null) => ({
			...retry('rate', 9000),
			attempt,
			maxAttempts,
		});
		expect(patienceAfter([0, nth(1, 5)], [10_000, nth(5, 5)]).dueAt()).toBe(24_000);
		expect(patienceAfter([0, nth(1, 5)], [3000, nth(5, 5)]).dueAt()).toBe(20_000);
		expect(patienceAfter([0, nth(1, 5)], [10_000, nth(4, 5)]).dueAt()).toBe(20_000);
		expect(patienceAfter([0, nth(null, 5)], [10_000, nth(5, null)]).dueAt()).toBe(20_000);
		const tooLong = { ...nth(5, 5), delayMs: 20_001 };
		expect(patienceAfter([0, nth(1, 5)], [10_000, tooLong]).dueAt()).toBe(10_000);
	});

	it('bears a delay that is exactly as long as it', () => {
		expect(patienceAfter([0, retry('rate', PATIENCE_MS)]).verdict(0)).toBeNull();
	});

	it.each<[string, AgentEvent]>([
		['a message', text],
		['a thought', { type: 'agent_thought_chunk', messageId: 't', text: 'hm' }],
		['a tool call', toolCall('1')],
		['a tool result', toolResult('1')],
		['a plan', { type: 'plan', items: [] }],
		[
			'usage',
			{
				type: 'usage',
				scope: 'turn',
				tokens: { input: 1, output: 1, cacheRead: null, cacheWrite: null, reasoning: null },
				costUsd: null,
			},
		],
	])('starts again with %s', (_, progress) => {
		const patience = patienceAfter([0, retry('rate')], [19_000, progress]);
		expect(patience.verdict(30_000)).toBeNull();
		patience.observe(retry('rate'), 31_000);
		expect(patience.dueAt()).toBe(51_000);
	});

	it.each<[string, AgentEvent]>([
		['the session’s start', { type: 'session_started', nativeSessionId: 's', model: null }],
		['an error', { type: 'error', code: null, message: 'x' }],
		['utilization', { type: 'utilization', windows: [] }],
	])('continues through %s, which is not progress', (_, event) => {
		expect(patienceAfter([0, retry('rate')], [10_000, event]).dueAt()).toBe(20_000);
	});

	it.each(['server', 'network'] as const)('never calls %s retries a limit', (reason) => {
		const patience = patienceAfter([0, retry(reason, 3_600_000)], [50_000, retry(reason)]);
		expect(patience.dueAt()).toBeNull();
		expect(patience.verdict(1e9)).toBeNull();
	});

	it('rests while a server error is the newest sign, and continues from the first when the limit is back', () => {
		const patience = patienceAfter([0, retry('rate')], [5000, retry('server')]);
		expect(patience.verdict(60_000)).toBeNull();
		patience.observe(retry('overloaded'), 61_000);
		expect(patience.verdict(61_000)).toMatchObject({ limit: { kind: 'overloaded' } });
	});

	it('does not count stderr while a tool call is open, and does as soon as all are closed', () => {
		const patience = patienceAfter(
			[0, toolCall('a')],
			[1, toolCall('b')],
			[2, toolResult('a')],
			[3, retry('rate', 1e9, 'stderr')],
		);
		expect(patience.dueAt()).toBeNull();
		patience.observe(toolResult('b'), 4);
		patience.observe(retry('rate', 1e9, 'stderr'), 5);
		expect(patience.dueAt()).toBe(5);
	});

	it('counts the CLI’s own events also while a tool call is open', () => {
		expect(patienceAfter([0, toolCall('a')], [1, retry('rate', 1e9)]).dueAt()).toBe(1);
	});

	it('gives up at once on a refused login, which is a failure and not a limit', () => {
		const patience = patienceAfter([7, retry('auth', 500)]);
		expect(patience.dueAt()).toBe(7);
		expect(patience.verdict(7)).toEqual({
			type: 'failed',
			stopReason: 'auth',
			source: retry('auth', 500).source,
		});
	});

	it('never ends before an event says so, nor later than it promised', () => {
		const anEvent = fc.oneof(
			fc.constant(text),
			fc
				.tuple(
					fc.constantFrom('rate', 'overloaded', 'server', 'network'),
					fc.option(fc.integer({ min: 0, max: 60_000 })),
				)
				.map(([reason, delay]) => retry(reason as Retry['reason'], delay)),
		);
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), anEvent), { maxLength: 12 }),
				(steps) => {
					const patience = createPatience({ patienceMs: PATIENCE_MS });
					let at = 0;
					for (const [pause, event] of steps) {
						at += pause;
						patience.observe(event, at);
						const due = patience.dueAt();
						expect(patience.verdict(due ?? Number.MAX_SAFE_INTEGER) === null).toBe(due === null);
						if (due !== null) {
							expect(patience.verdict(due - 1)).toBeNull();
							expect(event.type).toBe('retry');
							expect(due).toBeLessThanOrEqual(at + PATIENCE_MS);
						}
					}
				},
			),
		);
	});
});

import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import { TurnWatch } from '../../../../src/turns/process/turn-watch.ts';

const TIMES = { idleMs: 5_000, timeoutMs: 0, lingerMs: 10_000, backgroundMs: 60_000, patienceMs: 20_000 };
const source = { channel: 'event', rule: 'r', excerpt: 'e' } as const;
const limit = {
	type: 'limit',
	limit: { kind: 'window', resetAt: null, window: null, scope: null, source, confidence: 'exact' },
} as const satisfies AgentEvent;
const retry = (delayMs: number | null, reason: 'rate' | 'auth' = 'rate'): AgentEvent => ({
	type: 'retry',
	reason,
	attempt: 1,
	maxAttempts: 10,
	delayMs,
	source,
});
const ended: AgentEvent = { type: 'turn_ended', outcome: 'completed', stopReason: 'end_turn' };

describe('a running turn', () => {
	it('that met a hard limit is stopped within half a second, so that the agent may still write its last line', () => {
		const watch = new TurnWatch(TIMES, 0);
		expect(watch.observe(limit, 100)).toBeNull();
		expect(watch.tick(300, 100)).toBeNull();
		expect(watch.tick(600, 100)).toEqual({ stop: 'limited' });
	});

	it('that began a conversation without the story is stopped at the next look, unless it has ended', () => {
		const begun: AgentEvent = {
			type: 'session_started',
			nativeSessionId: 'other',
			model: null,
			lacksStory: true,
		};
		const watch = new TurnWatch(TIMES, 0);
		expect(watch.observe(begun, 100)).toBeNull();
		expect(watch.tick(250, 100)).toEqual({ stop: 'failed' });
		watch.observe(ended, 260);
		expect(watch.tick(500, 260)).toBeNull();
		const ordinary = new TurnWatch(TIMES, 0);
		ordinary.observe({ type: 'session_started', nativeSessionId: 'own', model: null }, 100);
		expect(ordinary.tick(250, 100)).toBeNull();
	});

	it('that ended is stopped only when something of it lingers, whatever else is due', () => {
		const watch = new TurnWatch({ ...TIMES, timeoutMs: 1_000 }, 0);
		watch.observe(limit, 10);
		watch.observe(ended, 20);
		expect(watch.tick(9_000, 20)).toBeNull();
		expect(watch.tick(10_020, 20)).toEqual({ stop: 'linger' });
	});

	it('continues when its main conversation is answered after a limit, and when only a sub-agent met one', () => {
		const watch = new TurnWatch({ ...TIMES, idleMs: 0 }, 0);
		const call: Extract<AgentEvent, { type: 'tool_call' }> = {
			type: 'tool_call',
			id: 't',
			name: 'Bash',
			kind: 'execute',
			title: '',
			command: null,
			paths: [],
		};
		watch.observe({ ...limit, speaker: 'sub_agent', model: 'opus' }, 0);
		expect(watch.tick(5_000, 0)).toBeNull();
		watch.observe(limit, 5_000);
		watch.observe({ ...call, speaker: 'sub_agent' }, 5_100);
		expect(watch.tick(5_400, 5_100), 'a sub-agent at work takes nothing back').toEqual({ stop: 'limited' });
		watch.observe({ type: 'agent_message_chunk', messageId: 'm', text: 'on' }, 5_400);
		expect(watch.tick(9_000, 5_400)).toBeNull();
		watch.observe(limit, 9_000);
		watch.observe(call, 9_100);
		expect(watch.tick(12_000, 9_100)).toBeNull();
	});

	it('that waits for background tasks is stopped only when nothing came from it for so long', () => {
		const watch = new TurnWatch(TIMES, 0);
		watch.observe({ type: 'interim_answer', tasks: [{ id: 't', title: 'npm run build' }] }, 100);
		expect(watch.tick(30_000, 100), 'neither lingering nor idle').toBeNull();
		expect(watch.tick(80_000, 30_000)).toBeNull();
		expect(watch.tick(90_000, 30_000)).toEqual({ stop: 'background' });
		watch.observe({ type: 'continued' }, 90_000);
		expect(watch.tick(190_000, 189_000)).toBeNull();
		watch.observe(ended, 190_000);
		expect(watch.tick(200_000, 190_000)).toEqual({ stop: 'linger' });
	});

	it('that continues by itself after its answer has not ended', () => {
		const watch = new TurnWatch(TIMES, 0);
		watch.observe({ type: 'turn_ended', outcome: 'failed', stopReason: null }, 0);
		watch.observe({ type: 'continued' }, 100);
		expect(watch.tick(20_000, 19_000)).toBeNull();
		watch.observe(ended, 20_000);
		expect(watch.tick(29_000, 20_000)).toBeNull();
		expect(watch.tick(30_000, 20_000)).toEqual({ stop: 'linger' });
	});

	it('that tries again is stopped once the patience is over, or at once when the announced wait is longer', () => {
		const patient = new TurnWatch(TIMES, 0);
		expect(patient.observe(retry(2_000), 0)).toBeNull();
		expect(patient.tick(19_999, 19_999)).toBeNull();
		expect(patient.tick(20_000, 20_000)).toEqual({ stop: 'limited' });
		expect(new TurnWatch(TIMES, 0).observe(retry(3_600_000), 0)).toEqual({ stop: 'limited' });
		const watch = new TurnWatch(TIMES, 0);
		expect(watch.observe(retry(1_000, 'auth'), 0)).toBe(null);
		expect(watch.tick(399, 0)).toBe(null);
		expect(watch.tick(400, 0)).toEqual({ stop: 'failed' });
	});

	it('that makes progress between retries keeps its patience', () => {
		const watch = new TurnWatch(TIMES, 0);
		watch.observe(retry(2_000), 0);
		watch.observe({ type: 'agent_message_chunk', messageId: 'm', text: 'on' }, 15_000);
		watch.observe(retry(2_000), 16_000);
		expect(watch.tick(30_000, 30_000)).toBeNull();
	});

	it('is reported idle once, counted from its last byte, and never when that is off', () => {
		const watch = new TurnWatch(TIMES, 0);
		expect(watch.tick(6_000, 2_000)).toBeNull();
		expect(watch.tick(7_500, 2_000)).toEqual({ idleMs: 5_500 });
		expect(watch.tick(60_000, 2_000)).toBeNull();
		expect(new TurnWatch({ ...TIMES, idleMs: 0 }, 0).tick(1e9, 0)).toBeNull();
	});

	it('that prints nothing is limited only if silence is configured to mean that, and not while a tool runs', () => {
		const silent = { ...TIMES, silenceMs: 60_000 };
		const watch = new TurnWatch(silent, 0);
		watch.tick(6_000, 0);
		expect(watch.tick(59_999, 0)).toBeNull();
		expect(watch.tick(90_000, 0, true)).toBeNull();
		expect(watch.tick(90_000, 40_000)).toBeNull();
		expect(watch.impatientLimit(90_000, 'mine')).toBeNull();
		expect(watch.tick(100_500, 40_000)).toEqual({ stop: 'limited' });
		expect(watch.impatientLimit(101_000, 'mine')).toMatchObject({
			kind: 'overloaded',
			resetAt: null,
			confidence: 'estimated',
			source: { channel: 'silence', rule: 'mine:silence_s', excerpt: 'no output for 61 s' },
		});
		expect(new TurnWatch({ ...TIMES, idleMs: 0 }, 0).tick(1e9, 0)).toBeNull();
		const ended = new TurnWatch(silent, 0);
		ended.observe({ type: 'turn_ended', outcome: 'completed', stopReason: 'end_turn' }, 61_000);
		expect(ended.tick(62_000, 0)).toBeNull();
	});

	it('times out only when a timeout is set', () => {
		expect(new TurnWatch({ ...TIMES, timeoutMs: 1_000 }, 0).tick(1_000, 900)).toEqual({ stop: 'timed_out' });
		expect(new TurnWatch({ ...TIMES, idleMs: 0 }, 0).tick(1e9, 1e9)).toBeNull();
	});
});

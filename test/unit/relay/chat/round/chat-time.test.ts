import { describe, expect, it } from 'vitest';
import { ChatTime } from '../../../../../src/relay/chat/round/chat-time.ts';
import type { RelayEvent } from '../../../../../src/relay/events/relay-events.ts';

const asked = (id: string): RelayEvent => ({
	...{ type: 'question_asked', turn: 1, agent: 'claude', deniedInMs: 600_000 },
	question: { id, kind: 'permission', title: 'run a command', detail: '', options: [] },
});
const settled = (id: string): RelayEvent => ({
	...{ type: 'question_settled', turn: 1, id, answer: null, by: 'timeout' },
});

function timeOf(limitMs: number | null) {
	const clock = { now: 0, monotonic: () => clock.now };
	return { clock, time: new ChatTime(limitMs, clock) };
}

describe('the time of a chat', () => {
	it('is up after its limit, and gives a turn what is left of it', () => {
		const { clock, time } = timeOf(1000);
		clock.now = 400;
		expect([time.isUp, time.forTurn(0), time.forTurn(500), time.forTurn(5000)]).toEqual([
			false,
			600,
			500,
			600,
		]);
		clock.now = 1000;
		expect([time.isUp, time.forTurn(0)]).toEqual([true, 1]);
	});

	it('never ends without a limit', () => {
		const { clock, time } = timeOf(null);
		clock.now = 1e12;
		expect([time.isUp, time.forTurn(500)]).toEqual([false, null]);
	});

	it('stands while questions are open, however many at once', () => {
		const { clock, time } = timeOf(1000);
		clock.now = 100;
		time.event(asked('a'));
		clock.now = 300;
		time.event(asked('b'));
		time.event(settled('a'));
		clock.now = 900;
		time.event(settled('b'));
		time.event(settled('b'));
		expect(time.forTurn(0)).toBe(900);
		clock.now = 1800;
		expect(time.isUp).toBe(true);
	});
});

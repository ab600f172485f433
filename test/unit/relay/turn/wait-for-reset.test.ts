import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src/core/clock.ts';
import { waitUntil } from '../../../../src/relay/turn/wait-for-reset.ts';

const MINUTE_MS = 60_000;
const never = new AbortController().signal;

/** Time passes only in `sleep`; each `sleep` also moves the clock by the next of `jumps`. */
function clockThat(...jumps: number[]) {
	const slept: number[] = [];
	let now = 1_000_000;
	const clock: Clock = {
		now: () => now,
		monotonic: () => {
			throw new Error('a wait for a time of day must not ask the clock that stops in sleep');
		},
		sleep: async (ms, signal) => {
			if (signal?.aborted) return;
			slept.push(ms);
			now += ms + (jumps.shift() ?? 0);
		},
	};
	return { clock, slept };
}

describe('a wait for a reset', () => {
	it('ends just after the reset, and reports the time at its start and each minute', async () => {
		const { clock, slept } = clockThat();
		const reset = clock.now() + 150_000;
		const ticks: number[] = [];
		expect(await waitUntil(reset, clock, never, (now) => ticks.push(reset - now))).toBe(true);
		expect(ticks).toEqual([150_000, 90_000, 30_000]);
		expect(slept).toEqual([MINUTE_MS, MINUTE_MS, 31_000]);
		expect(clock.now()).toBe(reset + 1000);
	});

	it('is not longer if the clock is set back meanwhile', async () => {
		const { clock, slept } = clockThat(-48 * 3600_000);
		expect(await waitUntil(clock.now() + 150_000, clock, never, () => undefined)).toBe(true);
		expect(slept.reduce((sum, ms) => sum + ms)).toBe(151_000);
	});

	it('is over within a minute of waking if the machine slept past the reset', async () => {
		const { clock, slept } = clockThat(0, 5 * 3600_000);
		const reset = clock.now() + 3 * 3600_000;
		expect(await waitUntil(reset, clock, never, () => undefined)).toBe(true);
		expect(slept).toEqual([MINUTE_MS, MINUTE_MS]);
	});

	it('continues if the machine woke before the reset, or its clock was set back', async () => {
		const { clock, slept } = clockThat(3600_000, -1800_000);
		const reset = clock.now() + 2 * 3600_000;
		expect(await waitUntil(reset, clock, never, () => undefined)).toBe(true);
		expect(clock.now()).toBe(reset + 1000);
		expect(slept.reduce((sum, ms) => sum + ms)).toBe(1.5 * 3600_000 + 1000);
	});

	it('is over at once when the reset has passed', async () => {
		const { clock, slept } = clockThat();
		expect(await waitUntil(clock.now() - 5000, clock, never, () => expect.unreachable())).toBe(true);
		expect(slept).toEqual([]);
	});

	it('ends when cancelled, before it began or in the middle', async () => {
		const { clock, slept } = clockThat();
		const reset = clock.now() + 3600_000;
		const stop = new AbortController();
		const onTick = () => {
			if (slept.length === 2) stop.abort();
		};
		expect(await waitUntil(reset, clock, stop.signal, onTick)).toBe(false);
		expect(slept).toHaveLength(2);
		expect(await waitUntil(reset, clock, stop.signal, () => expect.unreachable())).toBe(false);
	});
});

import type { Clock } from '../../core/clock.ts';

/** A laptop that slept wakes with a wall clock far ahead of any timer: the timer is set again this often. */
const REARM_MS = 60_000;
/** Providers open a window a moment after the time they announce. */
const MARGIN_MS = 1_000;

/**
 * Waits for a wall-clock time, but no longer than it was away at the start if the clock is set back meanwhile. False if
 * cancelled. `onTick` is called at the start and once a minute.
 */
export async function waitUntil(
	until: number,
	clock: Clock,
	signal: AbortSignal,
	onTick: (now: number) => void,
): Promise<boolean> {
	const end = until + MARGIN_MS;
	for (let awayMs = end - clock.now(); ; ) {
		if (signal.aborted) return false;
		const now = clock.now();
		if (now >= end || awayMs <= 0) return true;
		onTick(now);
		const ms = Math.min(REARM_MS, end - now, awayMs);
		await clock.sleep(ms, signal);
		awayMs -= ms;
	}
}

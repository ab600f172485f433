/** Where time comes from. Enters through `app/create-app.ts`, so that every wait can be tested without waiting. */
export interface Clock {
	/** Wall-clock time, epoch ms. */
	now(): number;
	/** Milliseconds that never jump, for durations only. */
	monotonic(): number;
	/** Resolves after `ms`, or at once (without error) when `signal` aborts. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	// Not `performance.now()`: Node loads a module of 1 ms for it.
	monotonic: () => Number(process.hrtime.bigint()) / 1e6,
	sleep: (ms, signal) =>
		new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const done = () => {
				clearTimeout(timer);
				signal?.removeEventListener('abort', done);
				resolve();
			};
			const timer = setTimeout(done, ms);
			signal?.addEventListener('abort', done, { once: true });
		}),
};

/**
 * The wall-clock time of the first call, advanced only by the time that really passes after it, so that a jump of the clock does
 * not change it. Use it for everything inside one span, such as a turn with its waits and durations.
 */
export function steadyNow(clock: Pick<Clock, 'now' | 'monotonic'>): () => number {
	const startedAt = clock.now();
	const mark = clock.monotonic();
	return () => startedAt + Math.round(clock.monotonic() - mark);
}

/** ISO-8601 UTC with milliseconds, the form of every time on disk. */
export function toIso(epochMs: number): string {
	const date = new Date(epochMs);
	const year = date.getUTCFullYear();
	// `toISOString` reads the machine's time zone, which takes 0.2 ms, to leave it alone.
	if (!(year >= 0 && year <= 9999)) return date.toISOString();
	const day = `${digits(year, 4)}-${digits(date.getUTCMonth() + 1)}-${digits(date.getUTCDate())}`;
	const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) => digits(part));
	return `${day}T${time.join(':')}.${digits(date.getUTCMilliseconds(), 3)}Z`;
}

const digits = (value: number, count = 2): string => String(value).padStart(count, '0');

/** As `toIso`, for a time that may be unknown. */
export function toIsoOrNull(epochMs: number | null): string | null {
	return epochMs === null ? null : toIso(epochMs);
}

/** Epoch ms of an ISO-8601 time, or null when the text is not one. */
export function fromIso(text: string | null | undefined): number | null {
	const epochMs = text ? Date.parse(text) : Number.NaN;
	return Number.isNaN(epochMs) ? null : epochMs;
}

/** Lets work just started reach its first wait, so that a process it starts runs while this one continues. */
export function yieldToIo(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}

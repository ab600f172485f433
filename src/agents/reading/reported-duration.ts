/** A wait in the words of CLIs and providers: `3 days 4 hours`, `3h12m5s`, `an hour and 5 minutes`, `3 小时 20 分钟`. */

export const DAY_MS = 24 * 3600_000;
/** A reset further away is not taken for a time. */
export const MAX_DELAY_MS = 400 * DAY_MS;

const DURATION_PART =
	/[\s,]*(?:and\s+)?(?:(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s?(?:more\s|full\s)?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|秒钟?|分钟?|个?小时|天)|(?:an?|one)\s(second|minute|hour|day|week))(?![a-z])/iy;
/** `less than a minute`: at most that long. */
const AT_MOST = /^(?:less than|under|within) /i;
const UNIT_MS: ReadonlyArray<readonly [string, number]> = [
	['milli', 1],
	['ms', 1],
	['s', 1000],
	['秒', 1000],
	['m', 60_000],
	['分', 60_000],
	['h', 3600_000],
	['小', 3600_000],
	['个', 3600_000],
	['d', DAY_MS],
	['天', DAY_MS],
	['w', 7 * DAY_MS],
];

/** The wait at the start of `text` in ms; null if there is none. */
export function readDuration(text: string): number | null {
	let delayMs: number | null = null;
	DURATION_PART.lastIndex = AT_MOST.exec(text)?.[0].length ?? 0;
	for (let part = DURATION_PART.exec(text); part !== null; part = DURATION_PART.exec(text))
		delayMs = (delayMs ?? 0) + Number(part[1]?.replaceAll(',', '') ?? 1) * unitMs(part[2] ?? part[3] ?? '');
	return delayMs === null || delayMs > MAX_DELAY_MS ? null : Math.round(delayMs);
}

function unitMs(unit: string): number {
	return UNIT_MS.find(([start]) => unit.toLowerCase().startsWith(start))?.[1] ?? 0;
}

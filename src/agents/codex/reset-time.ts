/**
 * The reset as codex words it: `try again at 10:05 AM` on the same day, else `Nov 24th, 2026 7:50 AM`, both in the local
 * zone with the seconds cut off; `try again later` when its backend named none.
 */
const RESET =
	/\btry again at (?:([A-Z][a-z]{2}) (\d{1,2})(?:st|nd|rd|th)?, (\d{4}) )?(\d{1,2}):(\d{2})\s?([AP]M)\b/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const HALF_DAY_MS = 12 * 60 * 60 * 1000;
const DAY_MS = 2 * HALF_DAY_MS;

/** Epoch ms of the named minute's start in the local zone, or null. Without a date it is the day of `now` (epoch ms). */
export function parseLocalReset(message: string, now: number): number | null {
	const match = RESET.exec(message);
	if (!match) return null;
	const [, monthName, day, year, hourText, minuteText, half = ''] = match;
	const hour = (Number(hourText) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
	const minute = Number(minuteText);
	if (Number(hourText) > 12 || minute > 59) return null;
	if (monthName !== undefined) {
		const month = MONTHS.indexOf(monthName.toLowerCase());
		return month < 0 ? null : new Date(Number(year), month, Number(day), hour, minute).getTime();
	}
	const today = new Date(now);
	const reset = new Date(today.getFullYear(), today.getMonth(), today.getDate(), hour, minute).getTime();
	// Said just before midnight, read just after: the minute that was meant is a minute ago, not a day ahead.
	return reset - now > DAY_MS - HALF_DAY_MS / 12 ? reset - DAY_MS : reset;
}

const DELAY =
	/\btry again in (\d+(?:\.\d+)?)\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)?\b/i;

/** The announced wait in ms (`try again in 9s`, `250ms`, `1.5 seconds`, `1h`), or null. A bare number is seconds. */
export function parseDelay(message: string): number | null {
	const match = DELAY.exec(message);
	if (!match) return null;
	const unit = (match[2] ?? 's').toLowerCase();
	if (unit.startsWith('ms') || unit.startsWith('milli')) return Number(match[1]);
	const seconds = unit.startsWith('h') ? 3600 : unit.startsWith('m') ? 60 : 1;
	return Math.round(Number(match[1]) * seconds * 1000);
}

/** Days as the calendar on the wall has them: one of 23 or of 25 hours is one day. */

/** `2026-03-29`: the day of a moment (epoch ms) where this machine is. */
export function localDay(at: number): string {
	const date = new Date(at);
	return dayText(date.getFullYear(), date.getMonth(), date.getDate());
}

/** Every day from the first to the last, both included; none where `last` is before `first`. At most `most`, the last ones. */
export function daysBetween(first: string, last: string, most: number): string[] {
	const end = asUtc(last);
	const count = Math.min(Math.round((end - asUtc(first)) / DAY_MS) + 1, most);
	return Array.from({ length: Math.max(0, count) }, (_, i) => {
		const date = new Date(end - (count - 1 - i) * DAY_MS);
		return dayText(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
	});
}

/** In UTC, where each day has 24 hours. */
const DAY_MS = 86_400_000;

function asUtc(day: string): number {
	const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
	return Date.UTC(year, month - 1, date);
}

const dayText = (year: number, month: number, date: number) =>
	[String(year).padStart(4, '0'), two(month + 1), two(date)].join('-');
const two = (value: number) => String(value).padStart(2, '0');

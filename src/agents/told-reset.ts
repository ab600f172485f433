/**
 * The end of a limit in the words in which CLIs and providers tell it to people: a time of day with or without date and
 * zone, a weekday, a delay, or epoch seconds. Callers decide whose words they read; nothing here does.
 */

/** A reset further away is no time at all. */
const MAX_DELAY_MS = 366 * 24 * 3600_000;
const DAY_MS = 24 * 3600_000;
/** A time of day that passed this recently is the one that was meant: it was told just before and read just after. */
const LATE_MS = 10 * 60_000;

/** What stands before a time: `resets 3pm`, `will reset at`, `try again in`, `Your quota will reset after`. */
const LEAD =
	/\b(?:resets?|renews?|refills?|retry|retrying|try again|available again)(?: (?:at|on|in|after|by|from))?:?\s+/gi;
const EPOCH_SECONDS = /(?:\||"?resets?_at"?\s*[:=]\s*"?)(\d{10})(?!\d)/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/;

/** Epoch ms of the end that `text` tells (`now`: epoch ms), or null. A time without a zone is one of this machine. */
export function toldReset(text: string, now: number): number | null {
	const seconds = EPOCH_SECONDS.exec(text)?.[1];
	const times = seconds === undefined ? timesIn(text, now) : [Number(seconds) * 1000];
	return times.find((at) => at < now + MAX_DELAY_MS) ?? null;
}

function timesIn(text: string, now: number): number[] {
	return [...text.matchAll(LEAD)].flatMap((lead) => {
		const words = text.slice(lead.index + lead[0].length);
		const delayMs = readDuration(words);
		return (delayMs === null ? readTime(words, now) : now + delayMs) ?? [];
	});
}

/** The wait in ms that `text` announces (`try again in 1.5 seconds`, `Retrying after 250ms`), or null. */
export function toldDelay(text: string): number | null {
	for (const lead of text.matchAll(LEAD)) {
		const delayMs = readDuration(text.slice(lead.index + lead[0].length));
		if (delayMs !== null) return delayMs;
	}
	return null;
}

const DURATION_PART =
	/[\s,]*(?:and\s+)?(\d+(?:\.\d+)?)\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])/iy;
const UNIT_MS: ReadonlyArray<readonly [string, number]> = [
	['milli', 1],
	['ms', 1],
	['s', 1000],
	['m', 60_000],
	['h', 3600_000],
	['d', DAY_MS],
	['w', 7 * DAY_MS],
];

/** `3 days 4 hours 12 minutes`, `3h12m5s`, `250ms` at the start of `text`, in ms; null when none stands there. */
export function readDuration(text: string): number | null {
	let delayMs: number | null = null;
	DURATION_PART.lastIndex = 0;
	for (let part = DURATION_PART.exec(text); part !== null; part = DURATION_PART.exec(text))
		delayMs = (delayMs ?? 0) + Number(part[1]) * unitMs(part[2] ?? '');
	return delayMs === null || delayMs > MAX_DELAY_MS ? null : Math.round(delayMs);
}

function unitMs(unit: string): number {
	return UNIT_MS.find(([start]) => unit.toLowerCase().startsWith(start))?.[1] ?? 0;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const DAY =
	/^(?:(?<near>today|tomorrow)|(?<weekday>(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?)|(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?<year>\d{4}))?|(?<iso>\d{4}-\d\d-\d\d))\b[\s,]*(?:at\s+)?/i;
const CLOCK = /^(?<hour>\d{1,2})(?::(?<minute>\d\d)(?::\d\d)?)?(?:\s?(?<half>[ap])\.?m\b\.?)?/i;
const ZONE = /^\s*(?:\((?<named>[^()]{1,40})\)|(?<bare>UTC|GMT|[A-Z][A-Za-z_]+\/[A-Za-z_/+-]+)\b)/;

function readTime(words: string, now: number): number | null {
	if (ISO_TIME.test(words)) return Date.parse(ISO_TIME.exec(words)?.[0] ?? '');
	const day = DAY.exec(words)?.groups ?? null;
	const rest = words.replace(DAY, '');
	const clock = readClock(rest);
	if (clock === null && day === null) return null;
	const zone = zoneAfter(rest.replace(CLOCK, ''));
	const minutes = clock ?? 0;
	return day === null ? nextAt(minutes, now, zone) : dayAt(day, minutes, now, zone);
}

/** Minutes of the day, or null: `3` alone is no time. */
function readClock(words: string): number | null {
	const clock = CLOCK.exec(words)?.groups;
	if (clock === undefined) return null;
	const [hour, minute, half] = [Number(clock.hour), Number(clock.minute ?? 0), clock.half?.toLowerCase()];
	if (minute > 59 || (half === undefined && clock.minute === undefined)) return null;
	if (half === undefined) return hour > 23 ? null : hour * 60 + minute;
	if (hour < 1 || hour > 12) return null;
	return ((hour % 12) + (half === 'p' ? 12 : 0)) * 60 + minute;
}

/** The zone named behind the time where this runtime knows it, else the machine's own. */
function zoneAfter(words: string): string {
	const named = ZONE.exec(words)?.groups;
	const zone = (named?.named ?? named?.bare ?? '').trim();
	try {
		return new Intl.DateTimeFormat('en-US', zone === '' ? {} : { timeZone: zone }).resolvedOptions().timeZone;
	} catch {
		return new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;
	}
}

/** The next such time of day, or the one that has only just passed. */
function nextAt(minutes: number, now: number, zone: string): number {
	const [year, month, day] = dateIn(zone, now);
	const [yesterday, today, tomorrow] = [-1, 0, 1].map((days) =>
		instant(zone, year, month, day + days, minutes),
	);
	const isLate = (at: number | undefined): at is number => at !== undefined && at > now - LATE_MS;
	if (isLate(yesterday)) return yesterday;
	return isLate(today) ? today : (tomorrow ?? now);
}

function dayAt(day: Record<string, string | undefined>, minutes: number, now: number, zone: string): number {
	const [year, month, date] = dateIn(zone, now);
	if (day.near !== undefined) {
		const days = day.near.toLowerCase() === 'tomorrow' ? 1 : 0;
		return instant(zone, year, month, date + days, minutes);
	}
	if (day.iso !== undefined) {
		const [isoYear = 0, isoMonth = 0, isoDay = 0] = day.iso.split('-').map(Number);
		return instant(zone, isoYear, isoMonth - 1, isoDay, minutes);
	}
	if (day.weekday !== undefined) {
		const target = WEEKDAYS.indexOf(day.weekday.slice(0, 3).toLowerCase());
		const ahead = (target - new Date(Date.UTC(year, month, date)).getUTCDay() + 7) % 7;
		const at = instant(zone, year, month, date + ahead, minutes);
		return at < now - LATE_MS ? instant(zone, year, month, date + ahead + 7, minutes) : at;
	}
	const named = MONTHS.indexOf((day.month ?? '').slice(0, 3).toLowerCase());
	if (day.year !== undefined) return instant(zone, Number(day.year), named, Number(day.day), minutes);
	const at = instant(zone, year, named, Number(day.day), minutes);
	return at < now - DAY_MS ? instant(zone, year + 1, named, Number(day.day), minutes) : at;
}

/** Year, month (from 0) and day that the clocks of `zone` show at `at`. */
function dateIn(zone: string, at: number): [number, number, number] {
	const shown = new Date(at + offsetMs(zone, at));
	return [shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate()];
}

/** Epoch ms of a time of day in `zone`; the offset is taken twice, as it may change between guess and answer. */
function instant(zone: string, year: number, month: number, day: number, minutes: number): number {
	const shown = Date.UTC(year, month, day, 0, minutes);
	const guess = shown - offsetMs(zone, shown);
	return shown - offsetMs(zone, guess);
}

/** What the clocks of `zone` show at `at`, minus UTC. */
function offsetMs(zone: string, at: number): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone: zone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
	}).formatToParts(at);
	const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
	const shown = Date.UTC(value('year'), value('month') - 1, value('day'), value('hour'), value('minute'));
	return shown - Math.floor(at / 60_000) * 60_000;
}

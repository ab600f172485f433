/**
 * The end of a limit in the words in which CLIs and providers report it to people: a time of day with or without date and
 * zone, a weekday, a delay, or an epoch number. Callers decide whose words they read; nothing here does.
 */

import { DAY_MS, MAX_DELAY_MS, readDuration } from './reported-duration.ts';

/** A time of day that passed this recently is the one that was meant: it was printed just before and read just after. */
const LATE_MS = 10 * 60_000;
/** The rest of a text is not searched. */
const SEARCHED_CHARS = 8000;

/** The words before a time: `resets 3pm`, `will reset at`, `try again in`, `regain access on`, `wait for about`. */
const LEAD =
	/(?:\b(?:resets?(?:[ _](?:at|time))?|renews?|refills?|refresh(?:es|ed)?|restored?|retry(?:ing)?(?:[ -]after|[ _-]?delay)?|try again|available(?: again)?|regain access|again|wait(?:ing)?|until|unlocks?|resumes?|lifts?|lifted|(?:come|check) back|continue)(?![a-z])"?(?: (?:at|on|in|after|by|from|for|is|until|again))*\s*[:=]?\s*"?|(?:将在|将于|请在|请于|预计|重置时间[为是]?[:：]?|请?等待)\s*)(?:(?:about|around|approximately|approx\.?|another|~)\s*)?/gi;
const EPOCH =
	/(?:\||\b(?:reset\w*|retry|try again|until)"?\W{0,4}(?:(?:at|on|is|in|after|time|timestamp)\W{1,4}){0,2})(\d{10}(?:\d{3})?)(?!\d)/i;
const RETRY_AFTER_SECONDS = /\bretry[- _]after"?\s*[:=]\s*"?(\d{1,8}(?:\.\d+)?)(?!\d|\s?[a-z])/i;
/** `X-RateLimit-Reset: 3600`, `x-ratelimit-reset-requests: 6m0s`; an epoch number is read as one. */
const RESET_HEADER = /\bx?-?rate-?limit-reset(?:-[a-z]{1,20})?"?\s*[:=]\s*"?([\d.hms]{1,20})(?![\w.])/i;
/** `60 秒后重试`: the wait comes first. */
const WAIT_AHEAD = /(?<![\d.])(?:\d{1,9}(?:\.\d{1,9})?\s?(?:秒钟?|分钟?|个?小时|天)\s?){1,4}(?=[之以]?后)/;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/;

/** Epoch ms of the end that `text` reports (`now`: epoch ms), or null. A time without a zone is in this machine's zone. */
export function reportedReset(text: string, now: number): number | null {
	const searched = text.slice(0, SEARCHED_CHARS);
	return timesIn(searched, now).find((at) => at < now + MAX_DELAY_MS) ?? null;
}

function timesIn(text: string, now: number): number[] {
	const epoch = EPOCH.exec(text)?.[1];
	const seconds = RETRY_AFTER_SECONDS.exec(text)?.[1];
	return [
		...(epoch === undefined ? [] : [epoch.length > 10 ? Number(epoch) : Number(epoch) * 1000]),
		...[...text.matchAll(LEAD)].flatMap((lead) => {
			const words = text.slice(lead.index + lead[0].length, lead.index + lead[0].length + 200);
			const delayMs = readDuration(words);
			return (delayMs === null ? readTime(words, now) : now + delayMs) ?? [];
		}),
		...(seconds === undefined ? [] : [Math.round(now + Number(seconds) * 1000)]),
		...waitsIn(text).map((delayMs) => now + delayMs),
	];
}

/** Waits in ms that no word leads to. */
function waitsIn(text: string): number[] {
	const header = RESET_HEADER.exec(text)?.[1] ?? '';
	const inHeader = /^\d{1,8}(?:\.\d+)?$/.test(header) ? Number(header) * 1000 : readDuration(header);
	return [inHeader, readDuration(WAIT_AHEAD.exec(text)?.[0] ?? '')].filter((delayMs) => delayMs !== null);
}

/** The wait in ms that `text` announces (`try again in 1.5 seconds`, `Retrying after 250ms`), or null. */
export function reportedDelay(text: string): number | null {
	const searched = text.slice(0, SEARCHED_CHARS);
	for (const lead of searched.matchAll(LEAD)) {
		const start = lead.index + lead[0].length;
		const delayMs = readDuration(searched.slice(start, start + 200));
		if (delayMs !== null) return delayMs;
	}
	return waitsIn(searched)[0] ?? null;
}

/** Epoch ms of a text that is nothing but a time (`2026-12-29 23:59:59 +0800 CST`, an HTTP date) or a wait (`in 3 hours`), or null. */
export function readReportedTime(text: string, now: number): number | null {
	const words = text.trim().slice(0, 200);
	const delayMs = readDuration(words.replace(/^(?:in|after) /i, ''));
	const at = delayMs === null ? readTime(words, now) : now + delayMs;
	return at === null || Number.isNaN(at) ? null : at;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const WEEKDAY = '(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?';
const DAY = new RegExp(
	`^(?:(?<near>today|tomorrow|[今明][天日])|(?:${WEEKDAY},? (?:the )?)?(?:(?<month>${MONTH}) (?<day>\\d{1,2})(?:st|nd|rd|th)?(?:,? (?<year>\\d{4}))?` +
		`|(?<dayFirst>\\d{1,2})(?:st|nd|rd|th)?(?: of)? (?<monthSecond>${MONTH})(?:,? (?<yearLast>\\d{4}))?` +
		`|(?<iso>\\d{4}[-/年]\\d{1,2}[-/月]\\d{1,2})日?T?)` +
		`|(?:next |this )?(?<weekday>${WEEKDAY}))(?![a-z])[\\s,]*(?:at\\s+)?`,
	'i',
);
const CLOCK =
	/^(?:(?<word>midnight|noon)|(?<hour>\d{1,2})(?::(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?)?)?(?:\s?(?<half>[ap])\.?m\b\.?)?)/i;
/** `+0800`, `+08:00 CST`, `GMT-3`, `(UTC+5:30)`, `CST (UTC+8)`. */
const OFFSET =
	/^\s*(?:\(?(?:[A-Z]{2,5},?\s?)??\(?(?:UTC|GMT)\s?(?<signed>[+-]\d{1,2}(?::?\d\d)?)(?!\d)|\(?(?<plain>[+-]\d\d:?\d\d)(?!\d))/;
const ZONE =
	/^\s*(?:[(（](?<named>[^()（）]{1,40})[)）]|(?<bare>[A-Z][A-Za-z_]+\/[A-Za-z_/+-]+|[A-Z]{1,4}T|UTC|Z)\b|(?<spoken>北京时间|(?:Pacific|Eastern|Central|Mountain|Beijing)(?: Standard| Daylight)?(?: time)?)(?![a-z]))/i;

function readTime(words: string, now: number): number | null {
	if (ISO_TIME.test(words)) return Date.parse(ISO_TIME.exec(words)?.[0] ?? '');
	const dated = words.replace(BEIJING_AHEAD, '');
	const day = DAY.exec(dated)?.groups ?? null;
	const rest = dated.replace(DAY, '').replace(CHINESE_CLOCK, asClock);
	const clock = readClock(rest);
	if (clock === null && day === null) return null;
	const behind = zoneAfter(clock === null ? rest : rest.replace(CLOCK, ''));
	const zone = dated === words ? behind : '+08:00';
	const timeMs = clock ?? 0;
	return day === null ? nextAt(timeMs, now, zone) : dayAt(day, timeMs, now, zone);
}

const BEIJING_AHEAD = /^(?:北京时间|Beijing time)[\s,:：]*/i;
/** `8点`, `下午3点30分`, `0时0分0秒`. */
const CHINESE_CLOCK = /^(上午|凌晨|早上|下午|晚上)?\s?(\d{1,2})[点时](?:(\d{1,2})分(?:(\d{1,2})秒)?)?/;

/** A Chinese time as `HH:MM:SS`; an impossible one stays as it is. */
function asClock(written: string, half = '', hour = '', minute = '0', second = '0'): string {
	const isLater = (half === '下午' || half === '晚上') && Number(hour) < 12;
	const shown = [Number(hour) + (isLater ? 12 : 0), Number(minute), Number(second)];
	const [ofDay = 24] = shown;
	return ofDay > 23 ? written : shown.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Ms since the day began, or null: `3` alone is not a time. */
function readClock(words: string): number | null {
	const clock = CLOCK.exec(words)?.groups;
	if (clock === undefined) return null;
	if (clock.word !== undefined) return clock.word.toLowerCase() === 'noon' ? DAY_MS / 2 : 0;
	const [hour, minute, second] = [clock.hour, clock.minute, clock.second].map((part) => Number(part ?? 0));
	const half = clock.half?.toLowerCase();
	if (hour === undefined || minute === undefined || second === undefined || minute > 59 || second > 59)
		return null;
	if (half === undefined && clock.minute === undefined) return null;
	if (half === undefined ? hour > 23 : hour < 1 || hour > 12) return null;
	const ofDay = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0);
	return ((ofDay * 60 + minute) * 60 + second) * 1000;
}

/**
 * Letters that stand for one offset or one place. `CST` and `IST` are not among them: they stand for several, and count only
 * together with an offset.
 */
const LETTERS: ReadonlyMap<string, string> = new Map([
	['utc', 'UTC'],
	['gmt', 'UTC'],
	['z', 'UTC'],
	['est', '-05:00'],
	['edt', '-04:00'],
	['et', 'America/New_York'],
	['eastern', 'America/New_York'],
	['cdt', '-05:00'],
	['ct', 'America/Chicago'],
	['central', 'America/Chicago'],
	['mst', '-07:00'],
	['mdt', '-06:00'],
	['mt', 'America/Denver'],
	['mountain', 'America/Denver'],
	['pst', '-08:00'],
	['pdt', '-07:00'],
	['pt', 'America/Los_Angeles'],
	['pacific', 'America/Los_Angeles'],
	['bst', '+01:00'],
	['cet', '+01:00'],
	['cest', '+02:00'],
	['eet', '+02:00'],
	['eest', '+03:00'],
	['msk', '+03:00'],
	['sgt', '+08:00'],
	['hkt', '+08:00'],
	['beijing', '+08:00'],
	['北京时间', '+08:00'],
	['jst', '+09:00'],
	['kst', '+09:00'],
	['aest', '+10:00'],
	['aedt', '+11:00'],
	['brt', '-03:00'],
]);

/** The zone named after the time if it is known, else the machine's own. */
function zoneAfter(words: string): string {
	const offset = OFFSET.exec(words)?.groups;
	const reported = offset?.signed ?? offset?.plain;
	if (reported !== undefined) return normalOffset(reported);
	const named = ZONE.exec(words)?.groups;
	const name = (named?.named ?? named?.bare ?? named?.spoken ?? '').trim();
	const inside = OFFSET.exec(` ${name}`)?.groups;
	if (inside?.signed !== undefined) return normalOffset(inside.signed);
	const letters = LETTERS.get(name.toLowerCase().replace(/ .*$/, ''));
	return letters ?? knownZone(name) ?? new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;
}

function knownZone(name: string): string | null {
	if (!name.includes('/')) return null;
	try {
		return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
	} catch {
		return null;
	}
}

/** `+0800`, `-3`, `+5:30` as `+08:00`, `-03:00`, `+05:30`. */
function normalOffset(offset: string): string {
	const [, sign = '+', digits = ''] = /^([+-])(.*)$/.exec(offset) ?? [];
	const plain = digits.replace(':', '');
	const padded = plain.length <= 2 ? `${plain.padStart(2, '0')}00` : plain.padStart(4, '0');
	return `${sign}${padded.slice(0, 2)}:${padded.slice(2)}`;
}

/** The next such time of day, or the one that has only just passed. */
function nextAt(timeMs: number, now: number, zone: string): number {
	const [year, month, day] = dateIn(zone, now);
	const [yesterday, today, tomorrow] = [-1, 0, 1].map((days) =>
		instant(zone, year, month, day + days, timeMs),
	);
	const isLate = (at: number | undefined): at is number => at !== undefined && at > now - LATE_MS;
	if (isLate(yesterday)) return yesterday;
	return isLate(today) ? today : (tomorrow ?? now);
}

function dayAt(day: Record<string, string | undefined>, timeMs: number, now: number, zone: string): number {
	const [year, month, date] = dateIn(zone, now);
	if (day.near !== undefined) {
		const days = /^(?:tomorrow|明)/i.test(day.near) ? 1 : 0;
		return instant(zone, year, month, date + days, timeMs);
	}
	if (day.iso !== undefined) {
		const [isoYear = 0, isoMonth = 0, isoDay = 0] = day.iso.split(/[-/年月]/).map(Number);
		return instant(zone, isoYear, isoMonth - 1, isoDay, timeMs);
	}
	if (day.weekday !== undefined) {
		const target = WEEKDAYS.indexOf(day.weekday.slice(0, 3).toLowerCase());
		const ahead = (target - new Date(Date.UTC(year, month, date)).getUTCDay() + 7) % 7;
		const at = instant(zone, year, month, date + ahead, timeMs);
		return at < now - LATE_MS ? instant(zone, year, month, date + ahead + 7, timeMs) : at;
	}
	const named = MONTHS.indexOf((day.month ?? day.monthSecond ?? '').slice(0, 3).toLowerCase());
	const ofMonth = Number(day.day ?? day.dayFirst);
	const namedYear = day.year ?? day.yearLast;
	if (namedYear !== undefined) return instant(zone, Number(namedYear), named, ofMonth, timeMs);
	const at = instant(zone, year, named, ofMonth, timeMs);
	return at < now - DAY_MS ? instant(zone, year + 1, named, ofMonth, timeMs) : at;
}

/** Year, month (from 0) and day that the clocks of `zone` show at `at`. */
function dateIn(zone: string, at: number): [number, number, number] {
	const shown = new Date(at + offsetMs(zone, at));
	return [shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate()];
}

/**
 * Epoch ms of a time of day (ms since it began) in `zone`. A time that the clocks show twice is the first of them; one that
 * they leave out is as long after midnight as without the change.
 */
function instant(zone: string, year: number, month: number, day: number, timeMs: number): number {
	const shown = Date.UTC(year, month, day) + timeMs;
	const [before, after] = [-DAY_MS, DAY_MS].map((aside) => shown - offsetMs(zone, shown + aside));
	if (before === undefined || after === undefined || before === after) return before ?? shown;
	const isShown = (at: number) => at + offsetMs(zone, at) === shown;
	return [Math.min(before, after), Math.max(before, after)].find(isShown) ?? before;
}

/** What the clocks of `zone` show at `at`, minus UTC. */
function offsetMs(zone: string, at: number): number {
	const fixed = /^([+-])(\d\d):(\d\d)$/.exec(zone);
	if (fixed !== null)
		return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
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

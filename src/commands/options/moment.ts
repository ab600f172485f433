import { parseDuration } from '../../config/duration.ts';
import { RelayError } from '../../core/errors.ts';

/** A moment as typed, which may depend on when it is. */
export interface Moment {
	typed: string;
	/** Epoch ms; `now` too. Local time. */
	at(now: number): number;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(Z)?)?$/;
const TIME = /^(\d{1,2}):(\d{2})$/;

/**
 * `7d` ago, `2026-11-30`, `2026-11-30T14:00`, `14:00` (today), `today`, `yesterday`. A day means its beginning, with `edge` `end` the
 * end of it. `what`: the beginning of the refusal, `--since takes`. Throws RelayError `usage`.
 */
export const readMoment =
	(what: string, edge: 'begin' | 'end' = 'begin') =>
	(typed: string): Moment => {
		const text = typed.trim();
		const days = edge === 'end' ? 1 : 0;
		const day = { today: 0, yesterday: -1 }[text];
		if (day !== undefined) return { typed, at: (now) => dayOf(now, day + days) };
		const [, hour, minute] = TIME.exec(text) ?? [];
		if (Number(hour) < 24 && Number(minute) < 60)
			return { typed, at: (now) => new Date(now).setHours(Number(hour), Number(minute), 0, 0) };
		const fixed = fixedMoment(text, days);
		if (fixed !== null) return { typed, at: () => fixed };
		const seconds = /^\d+$/.test(text) ? null : parseDuration(text);
		if (seconds !== null) return { typed, at: (now) => now - seconds * 1000 };
		throw new RelayError(
			'usage',
			`${what} a time such as 7d, 2026-11-30, "2026-11-30 14:00" or today, not ${JSON.stringify(typed.slice(0, 60))}.`,
		);
	};

const dayOf = (now: number, days: number): number => {
	const day = new Date(now);
	day.setHours(0, 0, 0, 0);
	day.setDate(day.getDate() + days);
	return day.getTime();
};

/** null: it is no date, or one that does not exist. */
function fixedMoment(text: string, days: number): number | null {
	const [, year, month, day, hour, minute, second = '0', zone] = DATE.exec(text) ?? [];
	if (year === undefined) return null;
	const [at, shift] = hour === undefined ? [0, days] : [Number(hour), 0];
	const parts = [
		Number(year),
		Number(month) - 1,
		Number(day),
		at,
		Number(minute ?? 0),
		Number(second),
	] as const;
	const isReal = new Date(Date.UTC(...parts))
		.toISOString()
		.startsWith(`${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}`);
	if (!isReal) return null;
	if (zone !== undefined) return Date.UTC(...parts);
	const [y, m, d, ...time] = parts;
	return new Date(y, m, d + shift, ...time).getTime();
}

import { type Moment, readMoment } from './moment.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** As `readMoment`, and `1w`, `monday`, `since Monday`: the beginning of the last one. Throws RelayError `usage`. */
export function readSince(typed: string): Moment {
	const text = typed.trim().replace(/^since\s+/i, '');
	const weekday = DAYS.indexOf(text.toLowerCase());
	if (weekday >= 0) return { typed, at: (now) => lastDay(now, weekday) };
	const weeks = /^(\d{1,3})w$/i.exec(text)?.[1];
	return readMoment('A summary takes')(weeks === undefined ? text : `${Number(weeks) * 7}d`);
}

/** Today counts. */
function lastDay(now: number, weekday: number): number {
	const day = new Date(now);
	day.setHours(0, 0, 0, 0);
	day.setDate(day.getDate() - ((day.getDay() - weekday + 7) % 7));
	return day.getTime();
}

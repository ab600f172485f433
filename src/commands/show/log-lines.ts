import { safeLine } from '../../core/text.ts';
import type { LogEntry } from '../../sessions/log/log-entry.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { describeLogEvent, type LogText } from '../../view/describe-log.ts';

interface LogLook {
	/** Epoch ms. */
	now: number;
	theme: Theme;
	columns: number;
	/** IANA name; default: the machine's. */
	timeZone?: string;
}

/** Wide enough for `14:02:31` and two blanks. */
const INDENT = 10;

/** The log of one session as rows, a heading for each day: the time, what happened, and below it why. */
export function logLines(entries: readonly LogEntry[], look: LogLook): string[] {
	const { now, theme, columns } = look;
	const { dayOf, timeOf } = clockFaces(look);
	let day = '';
	return entries.flatMap((entry) => {
		const { line, below } = textOf(entry, now);
		const heading = dayOf(entry.ts) === day ? [] : [theme.bold(dayOf(entry.ts))];
		day = dayOf(entry.ts);
		const row = `${theme.dim(timeOf(entry.ts))}  ${line}`;
		return [
			...heading,
			...wrapToColumns(row, columns, { indent: INDENT }),
			...below.flatMap((text) =>
				wrapToColumns(`${' '.repeat(INDENT + 2)}${text}`, columns, { indent: INDENT + 4 }).map(theme.dim),
			),
		];
	});
}

function clockFaces({ timeZone }: Pick<LogLook, 'timeZone'>) {
	const zone = timeZone === undefined ? {} : { timeZone };
	const day = new Intl.DateTimeFormat('en-GB', {
		...zone,
		weekday: 'short',
		day: 'numeric',
		month: 'short',
		year: 'numeric',
	});
	const time = new Intl.DateTimeFormat('en-GB', { ...zone, timeStyle: 'medium', hourCycle: 'h23' });
	return {
		dayOf: (at: number) => day.format(at).replaceAll(',', ''),
		timeOf: (at: number) => time.format(at),
	};
}

/** An entry of a newer version has at least its name. */
function textOf({ event, raw }: LogEntry, now: number): LogText {
	if (event !== null) return describeLogEvent(event, now);
	return { line: `${safeLine(String(raw.type), 60)} (not known to this version)`, below: [] };
}

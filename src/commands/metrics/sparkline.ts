import type { Look } from '../look.ts';
import { daysBetween } from './local-days.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
/** A year of them tells nothing any more. */
const MOST_DAYS = 92;

/** `turns a day  ▁▁█▃  2026-11-26 to 2026-11-29, at most 12`: a bar for each day from the first to the last, as many as fit. */
export function sparkline(
	what: string,
	days: ReadonlyArray<readonly [day: string, count: number]>,
	{ theme, columns }: Look,
): string {
	const [first, last] = [days[0]?.[0], days.at(-1)?.[0]];
	if (first === undefined || last === undefined) return '';
	const counts = new Map(days);
	const width = Math.max(1, Math.min(MOST_DAYS, columns - what.length - 44));
	const shown = daysBetween(first, last, width);
	const most = Math.max(...shown.map((day) => counts.get(day) ?? 0));
	const bars = shown.map((day) => barOf(counts.get(day) ?? 0, most)).join('');
	const span = shown.length < 2 ? last : `${shown[0]} to ${last}`;
	return `${what}  ${theme.accent(bars)}  ${theme.dim(`${span}, at most ${most}`)}`;
}

/** A day without any is a gap. */
function barOf(count: number, most: number): string {
	if (count === 0) return ' ';
	return BARS[Math.ceil((count / most) * BARS.length) - 1] ?? '█';
}

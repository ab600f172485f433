import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { columnsOf, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';

/** A longer prompt is shown by its first lines. */
const MOST_LINES = 6;
const FIRST_LINES = 2;
const LINE_CHARS = 500;
/** Below, what follows the first row begins further left. */
const WIDE_FROM = 59;

/** The head of a turn: what was typed, behind the name of who gets it. `shows`: what shows all of it; empty: nothing does. */
export function promptHead(
	text: string,
	{ who, columns, theme, shows = '' }: { who: string; columns: number; theme: Theme; shows?: string },
): string[] {
	const label = `${who} › `;
	const hang = columns < WIDE_FROM ? 2 : columnsOf(label);
	const lines = text.replace(/\n+$/, '').split('\n');
	const shown = lines.slice(0, lines.length > MOST_LINES ? FIRST_LINES : lines.length);
	const rows = shown.flatMap((line, at) => {
		const safe = safeLine(line, LINE_CHARS);
		if (at > 0) return wrapToColumns(safe, columns - hang).map((row) => ' '.repeat(hang) + theme.bold(row));
		const [first = '', ...rest] = firstRows(label, safe, { hang, columns });
		const name = theme.accent(theme.bold(label.trimEnd()));
		return [
			`${name} ${theme.bold(first)}`.trimEnd(),
			...rest.map((row) => ' '.repeat(hang) + theme.bold(row)),
		];
	});
	const left = lines.length - shown.length;
	if (left === 0) return rows;
	const rest = `⋮ ${formatPlural(left, 'line')}${shows === '' ? '' : ` · ${shows}`}`;
	return [...rows, ' '.repeat(hang) + theme.dim(rest)];
}

/** The rows of the first line, without what stands before them. */
function firstRows(
	label: string,
	text: string,
	{ hang, columns }: { hang: number; columns: number },
): string[] {
	const width = columnsOf(label);
	if (hang === width) return wrapToColumns(text, columns - width);
	const [first = ''] = wrapToColumns(text, columns - width);
	const rest = text.slice(first.length).trimStart();
	return rest === '' ? [first] : [first, ...wrapToColumns(rest, columns - hang)];
}

import type { FileEdit } from '../../agents/events.ts';
import { safeText } from '../../core/text.ts';
import { cutToColumns, expandTabs, padToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { SinkSize } from '../transcript-sink.ts';
import { changedWords } from './changed-words.ts';
import { type EditLine, editLines } from './edit-lines.ts';

/** Rows below the line of an edit. */
export interface EditBody {
	rows: readonly string[];
	/** Changed lines that are shown, whole or cut. */
	shown: number;
	/** Changed lines of the edit. */
	changed: number;
}

const NO_BODY: EditBody = { rows: [], shown: 0, changed: 0 };

const MOST_ROWS = 24;
/** Rows of the terminal that are left for what stands around an edit. */
const OTHER_ROWS = 10;
const LEAST_ROWS = 5;
const NEW_FILE_ROWS = 8;
const LINE_ROWS = 3;
const CONTEXT = 2;
/** Below, there is less context. */
const WIDE_FROM = 59;
/** Changes that are named where they are left out. */
const MAX_PLACES = 12;

/** How many rows an edit may take. */
export function editRows({ rows }: SinkSize): number {
	return Math.max(LEAST_ROWS, Math.min(MOST_ROWS, rows - OTHER_ROWS));
}

/**
 * The lines of an edit in at most `maxRows` rows and one that says what is missing: numbers to the right, then the sign, then
 * the text. Of a deleted file, and of one whose lines are not known, there is nothing to show.
 */
export function editBody(
	edit: FileEdit,
	{ size, theme, maxRows }: { size: SinkSize; theme: Theme; maxRows: number },
): EditBody {
	if (edit.kind === 'delete' || edit.hunks.length === 0) return NO_BODY;
	const lines = editLines(edit.hunks, size.columns < WIDE_FROM ? CONTEXT - 1 : CONTEXT);
	const digits = Math.max(...lines.map(({ number }) => (number === null ? -1 : String(number).length)));
	const layout = { theme, digits, columns: size.columns };
	const room = edit.kind === 'create' ? Math.min(maxRows, NEW_FILE_ROWS) : maxRows;
	const { rows, count } = takeRows(lines, layout, room);
	const shown = lines.slice(0, count).filter(({ change }) => change !== null).length;
	const kept = lines.filter(({ change }) => change !== null).length;
	const changed = Math.max(kept, (edit.added ?? 0) + (edit.removed ?? 0));
	if (shown === changed) return { rows, shown, changed };
	const missing =
		edit.kind === 'create'
			? `${changed - shown} more lines`
			: describeMissing(lines.slice(count), { shown, kept, changed });
	const indent = ' '.repeat(2 + Math.max(0, digits + 1));
	const left = cutToColumns(`⋮ ${missing}`, size.columns - indent.length);
	return { rows: [...rows, indent + theme.dim(left)], shown, changed };
}

interface Layout {
	theme: Theme;
	/** As wide as the longest number; below 0: no line has one. */
	digits: number;
	columns: number;
}

/** As many lines as fit; one row more is taken rather than used to say that it is missing. */
function takeRows(
	lines: readonly EditLine[],
	layout: Layout,
	room: number,
): { rows: string[]; count: number } {
	const rows: string[] = [];
	const ends: number[] = [];
	for (const line of lines) {
		rows.push(...rowsOf(line, layout));
		ends.push(rows.length);
		if (rows.length > room + 1) break;
	}
	if (ends.length === lines.length && rows.length <= room + 1) return { rows, count: lines.length };
	let count = ends.filter((end) => end <= room).length;
	// Lines that lead to a change that is not shown tell nothing.
	const gap = lines.findLastIndex(({ isAfterGap }, at) => isAfterGap && at < count);
	if (gap > 0 && lines.slice(gap, count).every(({ change }) => change === null)) count = gap;
	return { rows: rows.slice(0, ends[count - 1] ?? 0), count };
}

function rowsOf(line: EditLine, layout: Layout): string[] {
	const { theme, digits, columns } = layout;
	const number = line.number === null ? '' : String(line.number);
	const margin = digits < 0 ? '' : `${padToColumns(number, digits, 'left')} `;
	const before = `  ${theme.dim(margin)}${paintOf(line, theme)(line.sign)} `;
	const width = 2 + margin.length + 2;
	const room = Math.max(8, columns - width);
	const gap = line.isAfterGap ? [`${' '.repeat(width - 2)}${theme.dim('⋮')}`] : [];
	const text = safeRow(line.text);
	if (line.change === null) return [...gap, (before + cutToColumns(text, room)).trimEnd()];
	const [first = '', ...rest] = changedRows(line, text, room, theme);
	return [...gap, (before + first).trimEnd(), ...rest.map((row) => ' '.repeat(width) + row)];
}

function paintOf({ sign }: EditLine, theme: Theme) {
	return sign === '-' ? theme.bad : sign === '+' ? theme.good : (text: string) => text;
}

/** Hanging below the text; what takes more rows is cut. */
function changedRows(line: EditLine, text: string, room: number, theme: Theme): string[] {
	const paint = paintOf(line, theme);
	const parts =
		line.pair === null || !theme.hasColor
			? [{ text, isChanged: false }]
			: changedWords(text, safeRow(line.pair));
	const styled = parts.map((part) => (part.isChanged ? theme.bold(part.text) : part.text)).join('');
	const rows = wrapToColumns(styled, room, { indent: 2 });
	if (rows.length <= LINE_ROWS) return rows.map(paint);
	const kept = rows.slice(0, LINE_ROWS - 1);
	// Without styles: where they would be cut, so would be their end.
	const last = wrapToColumns(text, room, { indent: 2 })[LINE_ROWS - 1] ?? '';
	return [...kept, cutToColumns(`${last.trimEnd()} …`, room)].map(paint);
}

const safeRow = (text: string) => expandTabs(safeText(text).replace(/\n/g, ' '));

function describeMissing(
	rest: readonly EditLine[],
	{ shown, kept, changed }: { shown: number; kept: number; changed: number },
): string {
	const places = new Map<number, number | null>();
	for (const { change, number } of rest)
		if (change !== null && !places.has(change)) places.set(change, number);
	const numbers = [...places.values()].filter((number) => number !== null);
	if (changed > kept || numbers.length < places.size) return `${changed - shown} more changed lines`;
	if (numbers.length === 1) return `1 more change at line ${numbers[0]}`;
	const named = numbers.slice(0, MAX_PLACES);
	const more = numbers.length > named.length ? ', …' : '';
	return `${numbers.length} more: lines ${named.join(', ')}${more}`;
}

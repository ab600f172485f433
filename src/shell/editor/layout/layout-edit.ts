/** State -> rows of the edit line, pure. Long texts are shown as a window around the cursor. */
import type { LiveRegion } from '../../../ui/screen-writer.ts';
import { columnsOf, cutToColumns } from '../../../ui/text-width.ts';
import type { Theme } from '../../../ui/theme.ts';
import type { EditState } from '../edit-state.ts';
import { type LineRows, wrapLine } from './wrap-line.ts';

/** Narrower than this, what follows the first row begins below the label. */
const NARROW = 60;

export interface EditLayoutOptions {
	/** Plain text, for instance `claude › `. */
	label: string;
	/** The terminal's width. */
	columns: number;
	maxRows: number;
	theme: Theme;
	/** Shown dim when nothing is typed. */
	placeholder?: string;
}

export function layoutEdit(state: EditState, options: EditLayoutOptions): LiveRegion {
	const { columns, theme } = options;
	const label = state.search
		? searchLabel(state, columns)
		: cutToColumns(options.label, Math.floor(columns / 2));
	const indent = columns < NARROW ? 2 : Math.min(columnsOf(label), Math.floor(columns / 3));
	const lines = state.text.split('\n');
	const current = state.text.slice(0, state.cursor).split('\n').length - 1;
	const cursorInLine = state.cursor - (state.text.lastIndexOf('\n', state.cursor - 1) + 1);
	const rowsOf = (index: number): LineRows =>
		wrapLine(
			lines[index] ?? '',
			index === current ? (state.cursor === 0 ? 0 : cursorInLine) : null,
			{ first: index === 0 ? columnsOf(label) : indent, rest: indent, width: columns - 1 },
			state.chips,
		);
	const window = windowAround(rowsOf, current, lines.length, options.maxRows);
	const rows = window.rows.map((row, i) => {
		const isFirst = window.firstLine === 0 && i === 0;
		return isFirst ? theme.bold(label) + row : ' '.repeat(indent) + row;
	});
	if (state.text === '' && options.placeholder && !state.search) {
		rows[0] =
			theme.bold(label) + theme.dim(cutToColumns(options.placeholder, columns - 1 - columnsOf(label)));
	}
	return withMarkers({ rows, cursor: window.cursor }, window, lines.length, theme);
}

function searchLabel(state: EditState, columns: number): string {
	const { query = '', at = null } = state.search ?? {};
	const mark = at === null && query !== '' ? 'no match' : 'search';
	return cutToColumns(`${mark} "${query}": `, Math.floor(columns / 2));
}

interface Window {
	rows: string[];
	cursor: { row: number; column: number };
	firstLine: number;
	lastLine: number;
}

/** Grows from the cursor's line, downwards and upwards in turn, until `maxRows` are used. */
function windowAround(
	rowsOf: (index: number) => LineRows,
	current: number,
	lineCount: number,
	maxRows: number,
): Window {
	const own = rowsOf(current);
	const cursor = own.cursor ?? { row: 0, column: 0 };
	if (own.rows.length > maxRows) {
		const from = Math.max(0, Math.min(own.rows.length - maxRows, cursor.row - Math.floor(maxRows / 2)));
		const rows = own.rows.slice(from, from + maxRows);
		const firstLine = from === 0 ? current : current + 0.5;
		return { rows, cursor: { row: cursor.row - from, column: cursor.column }, firstLine, lastLine: current };
	}
	const window: Window = { rows: own.rows, cursor: { ...cursor }, firstLine: current, lastLine: current };
	for (let hasGrown = true; hasGrown; ) {
		hasGrown = false;
		const above = window.firstLine > 0 ? rowsOf(window.firstLine - 1).rows : null;
		if (above && window.rows.length + above.length <= maxRows) {
			window.rows = [...above, ...window.rows];
			window.cursor.row += above.length;
			window.firstLine--;
			hasGrown = true;
		}
		const below = window.lastLine < lineCount - 1 ? rowsOf(window.lastLine + 1).rows : null;
		if (below && window.rows.length + below.length <= maxRows) {
			window.rows = [...window.rows, ...below];
			window.lastLine++;
			hasGrown = true;
		}
	}
	return window;
}

function withMarkers(region: LiveRegion, window: Window, lineCount: number, theme: Theme): LiveRegion {
	const above = Math.floor(window.firstLine);
	const below = lineCount - 1 - window.lastLine;
	const head = above > 0 ? [theme.dim(`  ↑ ${above} more`)] : [];
	const tail = below > 0 ? [theme.dim(`  ↓ ${below} more`)] : [];
	return {
		rows: [...head, ...region.rows, ...tail],
		cursor: { row: region.cursor.row + head.length, column: region.cursor.column },
	};
}

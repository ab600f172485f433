import { safeText } from '../../../core/text.ts';
import { graphemesOf } from '../../../ui/graphemes.ts';
import { columnsOf, cutToColumns } from '../../../ui/text-width.ts';
import { type Chips, chipLabel } from '../paste/chips.ts';

export interface LineRows {
	rows: string[];
	/** Set on the cursor's own line. */
	cursor: { row: number; column: number } | null;
}

export interface LineRoom {
	/** Columns before the text on the first row and on the others. */
	first: number;
	rest: number;
	/** Columns of a row, with those before the text. */
	width: number;
}

/** What is seen as one character. */
interface Cell {
	shown: string;
	wide: number;
	/** Offset in the line; null: a further character of a chip. */
	offset: number | null;
	isBlank: boolean;
}

/**
 * Fills rows with one logical line, broken at blanks where there are some; a blank may hang over the edge, unseen, and the cursor
 * may stand one column past the last. `cursor`: an offset, null: it stands elsewhere.
 */
export function wrapLine(line: string, cursor: number | null, room: LineRoom, chips: Chips): LineRows {
	const { first, rest, width } = room;
	const rows: Cell[][] = [];
	let row: Cell[] = [];
	let column = first;
	const end = (next: Cell[]) => {
		rows.push(row);
		row = next;
		column = rest + columnsIn(next);
	};
	for (const cell of cellsOf(line, first, width - rest, chips)) {
		if (column + cell.wide > width && !cell.isBlank && (row.length > 0 || column > rest)) {
			const from = row.findLastIndex(({ isBlank }) => isBlank) + 1;
			end(from > 0 ? row.splice(from) : []);
			// A word that is longer than a row is broken anywhere.
			if (column + cell.wide > width && row.length > 0) end([]);
		}
		row.push(cell);
		column += cell.wide;
		if (cell.isBlank && column > width) end([]);
	}
	rows.push(row);
	return {
		rows: rows.map((cells) => shownOf(cells, rows[0] === cells ? first : rest, width)),
		cursor: cursor === null ? null : placeOf(rows, cursor, room),
	};
}

function* cellsOf(line: string, first: number, most: number, chips: Chips): Generator<Cell> {
	let offset = 0;
	let column = first;
	for (const grapheme of graphemesOf(line)) {
		const label = chipLabel(grapheme, chips);
		if (label === null) {
			const shown = cutToColumns(shownForm(grapheme, column), most);
			const wide = columnsOf(shown);
			yield { shown, wide, offset, isBlank: grapheme === ' ' };
			column += wide;
		} else {
			for (const [at, shown] of [...label].entries())
				yield { shown, wide: 1, offset: at === 0 ? offset : null, isBlank: shown === ' ' };
			column += label.length;
		}
		offset += grapheme.length;
	}
}

function shownForm(grapheme: string, column: number): string {
	return grapheme === '\t' ? ' '.repeat(4 - (column % 4)) : safeText(grapheme);
}

const columnsIn = (cells: readonly Cell[]) => cells.reduce((sum, { wide }) => sum + wide, 0);

/** Without the blank that hangs over the edge. */
function shownOf(cells: readonly Cell[], from: number, width: number): string {
	const isOver = from + columnsIn(cells) > width && cells.at(-1)?.isBlank === true;
	return (isOver ? cells.slice(0, -1) : cells).map(({ shown }) => shown).join('');
}

function placeOf(rows: ReadonlyArray<readonly Cell[]>, cursor: number, room: LineRoom): LineRows['cursor'] {
	for (const [row, cells] of rows.entries()) {
		const at = cells.findIndex(({ offset }) => offset === cursor);
		if (at >= 0) return { row, column: beginOf(row, room) + columnsIn(cells.slice(0, at)) };
	}
	const row = rows.length - 1;
	return { row, column: Math.min(room.width, beginOf(row, room) + columnsIn(rows[row] ?? [])) };
}

const beginOf = (row: number, { first, rest }: LineRoom) => (row === 0 ? first : rest);

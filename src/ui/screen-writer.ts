/**
 * The one owner of the terminal's lines. Finished lines scroll away above; below them a live region (growing text, status, edit
 * line) is redrawn in place. Every change is one write, so a key press never meets a half-drawn screen.
 */
import { terminalColumns, terminalRows } from './terminal-size.ts';
import { columnsOf } from './text-width.ts';

/** The part of a terminal that the writer needs; `process.stdout` fits. */
export interface TerminalOutput {
	write(text: string): unknown;
	columns?: number;
	rows?: number;
}

export interface LiveRegion {
	/** Each at most `columns - 1` wide; styled. */
	rows: readonly string[];
	cursor: { row: number; column: number };
}

const NO_REGION: LiveRegion = { rows: [], cursor: { row: 0, column: 0 } };
const ERASE_BELOW = '\x1b[J';
const CLEAR_SCREEN = '\x1b[H\x1b[2J';
const ERASE_LINE_END = '\x1b[K';
/** Live rows are drawn without autowrap: a glyph wider than we think cannot shift the region. */
const WRAP_OFF = '\x1b[?7l';
const WRAP_ON = '\x1b[?7h';

export class ScreenWriter {
	readonly #output: TerminalOutput;
	#drawn: LiveRegion = NO_REGION;
	#drawnColumns = 0;

	constructor(output: TerminalOutput) {
		this.#output = output;
	}

	get columns(): number {
		return Math.max(8, terminalColumns(this.#output));
	}

	get rows(): number {
		return Math.max(3, terminalRows(this.#output));
	}

	/** Prints finished lines above and draws `region` below them, in one write. */
	draw(lines: readonly string[], region: LiveRegion): void {
		const shown = fitHeight(region, this.rows);
		const bytes = lines.length > 0 || this.#wasResized() ? this.#redraw(lines, shown) : this.#patch(shown);
		this.#drawn = shown;
		this.#drawnColumns = this.columns;
		if (bytes !== '') this.#output.write(bytes);
	}

	/** Removes the live region and leaves the cursor at the start of its first row. */
	clear(): void {
		const bytes = this.#drawn.rows.length === 0 ? '' : this.#toTop() + ERASE_BELOW;
		this.#drawn = NO_REGION;
		if (bytes !== '') this.#output.write(bytes);
	}

	/** Clears the screen; the next drawing starts at its top. */
	clearAll(): void {
		this.#drawn = NO_REGION;
		this.#output.write(CLEAR_SCREEN);
	}

	/** Forgets what was drawn: someone else wrote to the terminal, so it is no longer where it was. */
	forget(): void {
		this.#drawn = NO_REGION;
	}

	#wasResized(): boolean {
		return this.#drawn.rows.length > 0 && this.#drawnColumns !== this.columns;
	}

	#redraw(lines: readonly string[], region: LiveRegion): string {
		const printed = lines.map((line) => `${line}${ERASE_LINE_END}\r\n`).join('');
		const rows = region.rows.join(`${ERASE_LINE_END}\r\n`);
		return `${this.#toTop()}${ERASE_BELOW}${printed}${WRAP_OFF}${rows}${WRAP_ON}${moveFromEnd(region)}`;
	}

	/** Rewrites only the rows that differ; the top of the region stays where it is. */
	#patch(region: LiveRegion): string {
		const old = this.#drawn;
		if (old.rows.length === 0) return this.#redraw([], region);
		const firstChanged = region.rows.findIndex((row, i) => row !== old.rows[i]);
		const isShorter = region.rows.length < old.rows.length;
		if (firstChanged < 0 && !isShorter) return moveBetween(old.cursor, region.cursor);
		// A region without rows leaves the cursor where its first row was.
		const from = firstChanged < 0 ? Math.max(0, region.rows.length - 1) : firstChanged;
		const top = { row: Math.min(from, old.rows.length - 1), column: 0 };
		// The column may have changed: a terminal echoes what is typed (`^C`) while nobody reads keys.
		const start = moveBetween(old.cursor, top) || '\r';
		const gap = from > old.rows.length - 1 ? '\r\n' : '';
		const rows = region.rows.slice(from).join(`${ERASE_LINE_END}\r\n`);
		const tail = isShorter ? ERASE_LINE_END + ERASE_BELOW : ERASE_LINE_END;
		return `${start}${gap}${WRAP_OFF}${rows}${tail}${WRAP_ON}${moveFromEnd(region)}`;
	}

	/** After a resize the terminal has rewrapped the drawn rows; count the rows they take now. */
	#toTop(): string {
		const above = this.#drawn.rows.slice(0, this.#drawn.cursor.row);
		const columns = this.columns;
		const wrapped = above.reduce((sum, row) => sum + Math.max(1, Math.ceil(columnsOf(row) / columns)), 0);
		return `\r${up(wrapped + Math.floor(this.#drawn.cursor.column / columns))}`;
	}
}

/** Keeps the rows around the cursor when the region is taller than the screen. */
function fitHeight(region: LiveRegion, screenRows: number): LiveRegion {
	const most = screenRows - 1;
	if (region.rows.length <= most) return region;
	const from = Math.max(0, Math.min(region.rows.length - most, region.cursor.row - most + 1));
	return {
		rows: region.rows.slice(from, from + most),
		cursor: { row: region.cursor.row - from, column: region.cursor.column },
	};
}

function moveFromEnd(region: LiveRegion): string {
	if (region.rows.length === 0) return '';
	return `\r${up(region.rows.length - 1 - region.cursor.row)}${right(region.cursor.column)}`;
}

function moveBetween(from: LiveRegion['cursor'], to: LiveRegion['cursor']): string {
	if (from.row === to.row && from.column === to.column) return '';
	const vertical = to.row < from.row ? up(from.row - to.row) : down(to.row - from.row);
	return `${vertical}\r${right(to.column)}`;
}

const up = (count: number) => (count > 0 ? `\x1b[${count}A` : '');
const down = (count: number) => (count > 0 ? `\x1b[${count}B` : '');
const right = (count: number) => (count > 0 ? `\x1b[${count}C` : '');

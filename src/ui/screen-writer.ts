/**
 * The one owner of the terminal's lines. Finished lines scroll away above; below them a live region (growing text, status, edit
 * line) is redrawn in place. Every change is one write, so a key press never meets a half-drawn screen.
 */
import { asciiRow } from './ascii.ts';
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
/** Synchronized output (https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036): what is between is shown at once. */
const SYNC_ON = '\x1b[?2026h';
const SYNC_OFF = '\x1b[?2026l';

export class ScreenWriter {
	readonly #output: TerminalOutput;
	readonly #isAscii: boolean;
	#drawn: LiveRegion = NO_REGION;
	#drawnColumns = 0;

	/** `ascii`: symbols are drawn as ASCII. */
	constructor(output: TerminalOutput, { ascii = false }: { ascii?: boolean | undefined } = {}) {
		this.#output = output;
		this.#isAscii = ascii;
	}

	get columns(): number {
		return Math.max(8, terminalColumns(this.#output));
	}

	get rows(): number {
		return Math.max(3, terminalRows(this.#output));
	}

	/** Prints finished lines above and draws `region` below them, in one write. */
	draw(lines: readonly string[], region: LiveRegion): void {
		const fitted = fitHeight(region, this.rows);
		const shown = { ...fitted, rows: this.#inGlyphs(fitted.rows) };
		const isRedrawn = lines.length > 0 || this.#wasResized();
		const bytes = isRedrawn ? this.#redraw(this.#inGlyphs(lines), shown) : this.#patch(shown);
		this.#drawn = shown;
		this.#drawnColumns = this.columns;
		if (bytes === '') return;
		this.#output.write(bytes.includes(WRAP_OFF) ? `${SYNC_ON}${bytes}${SYNC_OFF}` : bytes);
	}

	#inGlyphs(rows: readonly string[]): readonly string[] {
		return this.#isAscii ? rows.map((row) => asciiRow(row, this.columns - 1)) : rows;
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

	/**
	 * Writes over what is there and erases what is left below: tmux keeps in its history what is erased from the top of the screen on
	 * (`screen_write_clearendofscreen`), so that the first region would stay there for good.
	 */
	#redraw(lines: readonly string[], region: LiveRegion): string {
		const printed = lines.map((line) => `${line}${ERASE_LINE_END}\r\n`).join('');
		const above = region.rows.slice(0, -1).map((row) => `${row}${ERASE_LINE_END}\r\n`);
		const rows = `${above.join('')}${ERASE_BELOW}${region.rows.at(-1) ?? ''}`;
		return `${this.#toTop()}${printed}${WRAP_OFF}${rows}${WRAP_ON}${moveFromEnd(region)}`;
	}

	/** Rewrites only the rows that differ; the top of the region stays where it is. */
	#patch(region: LiveRegion): string {
		const old = this.#drawn;
		if (old.rows.length === 0) return this.#redraw([], region);
		const { rows } = region;
		const kept = Math.min(old.rows.length, rows.length);
		let bytes = '';
		// A terminal echoes what is typed (`^C`) while nobody reads keys, so the column is not known where anything is written.
		let at = old.cursor.row;
		const writeAt = (row: number, text: string) => {
			bytes += `${vertically(at, row)}\r${text}`;
			at = row;
		};
		for (let row = 0; row < kept; row++)
			if (rows[row] !== old.rows[row]) writeAt(row, `${rows[row]}${ERASE_LINE_END}`);
		for (let row = kept; row < rows.length; row++) {
			writeAt(row - 1, `\n${rows[row]}${ERASE_LINE_END}`);
			at = row;
		}
		if (rows.length < old.rows.length) writeAt(rows.length, ERASE_BELOW);
		if (bytes === '') return moveBetween(old.cursor, region.cursor);
		return `${WRAP_OFF}${bytes}${WRAP_ON}${vertically(at, region.cursor.row)}\r${right(region.cursor.column)}`;
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
	return `${vertically(from.row, to.row)}\r${right(to.column)}`;
}

const vertically = (from: number, to: number) => (to < from ? up(from - to) : down(to - from));

const up = (count: number) => (count > 0 ? `\x1b[${count}A` : '');
const down = (count: number) => (count > 0 ? `\x1b[${count}B` : '');
const right = (count: number) => (count > 0 ? `\x1b[${count}C` : '');

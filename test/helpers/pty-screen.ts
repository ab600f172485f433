import { graphemesOf } from '../../src/ui/graphemes.ts';
import { columnsOf } from '../../src/ui/text-width.ts';

const SYNC_ON = '\x1b[?2026h';
const SYNC_OFF = '\x1b[?2026l';

/**
 * A small terminal: enough of one to see what our own output leaves on a screen. It knows cursor movement, erasing, autowrap,
 * synchronized output (what is between its marks shows at once) and the modes we switch; every other sequence is kept in
 * `unknown`, so that a test can see that there was none.
 */
export class PtyScreen {
	columns: number;
	rows: number;
	/** Rows that scrolled off the top, oldest first. */
	readonly scrollback: string[] = [];
	/** Sequences that this terminal does not know. */
	readonly unknown: string[] = [];
	/** Private modes as last set, by number. */
	readonly modes = new Map<number, boolean>();
	/** Requests to report keys as escape sequences that were not taken back. */
	readonly keyReports: string[] = [];
	/** What modifyOtherKeys is set to; null: as it was. */
	modifiedKeys: string | null = null;
	row = 0;
	column = 0;
	#cells: string[][] = [];
	#pending = '';
	#wrapNext = false;

	constructor(columns = 80, rows = 24) {
		this.columns = columns;
		this.rows = rows;
		this.#cells = Array.from({ length: rows }, () => []);
	}

	write(text: string): void {
		let rest = this.#pending + text;
		this.#pending = '';
		while (rest !== '') {
			const used = this.#step(rest);
			if (used === 0) {
				this.#pending = rest;
				return;
			}
			rest = rest.slice(used);
		}
	}

	/** Rows of the screen without trailing blanks, and without the empty ones at its end. */
	lines(): string[] {
		const lines = this.#cells.map((row) => row.join('').trimEnd());
		return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
	}

	/** Everything that was ever shown and not erased. */
	all(): string[] {
		return [...this.scrollback, ...this.lines()];
	}

	text(): string {
		return this.all().join('\n');
	}

	#step(text: string): number {
		const first = text.charAt(0);
		if (first === '\x1b') return this.#sequence(text);
		if (first === '\r') this.#moveTo(this.row, 0);
		else if (first === '\n') this.#lineFeed();
		else if (first === '\b') this.#moveTo(this.row, this.column - 1);
		else if (first < ' ' || first === '\x7f') this.unknown.push(JSON.stringify(first));
		else {
			const run = /^[^\x00-\x1f\x7f]+/.exec(text)?.[0] ?? first;
			for (const grapheme of graphemesOf(run)) this.#put(grapheme);
			return run.length;
		}
		return 1;
	}

	#sequence(text: string): number {
		const csi = /^\x1b\[([?<>=]?)([\d;]*)([ -/]*)([@-~])/.exec(text);
		if (csi) {
			const [whole, mark = '', numbers = '', , final = ''] = csi;
			// The kernel hands a drawing over in pieces, and half of one is on no screen.
			if (whole === SYNC_ON && !text.includes(SYNC_OFF)) return 0;
			if (mark === '?' && (final === 'h' || final === 'l')) this.modes.set(Number(numbers), final === 'h');
			else if (mark === '>' && final === 'u') this.keyReports.push(whole);
			else if (mark === '=' && final === 'u') this.keyReports.splice(-1, 1, whole);
			else if (mark === '<' && final === 'u') this.keyReports.pop();
			else if (mark === '>' && final === 'm') this.modifiedKeys = numbers === '4' ? null : numbers;
			else if (mark !== '' || !this.#csi(final, numbers)) this.unknown.push(JSON.stringify(whole));
			return whole.length;
		}
		if (/^\x1b(?:\[[?<>=]?[\d;]*)?$/.test(text)) return 0;
		const other = /^\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)|[\s\S])/.exec(text)?.[0] ?? text;
		this.unknown.push(JSON.stringify(other));
		return other.length;
	}

	#csi(final: string, numbers: string): boolean {
		const count = Math.max(1, Number.parseInt(numbers, 10) || 1);
		if (final === 'A') this.#moveTo(this.row - count, this.column);
		else if (final === 'B') this.#moveTo(this.row + count, this.column);
		else if (final === 'C') this.#moveTo(this.row, this.column + count);
		else if (final === 'D') this.#moveTo(this.row, this.column - count);
		else if (final === 'H') this.#moveTo(0, 0);
		else if (final === 'E') this.#moveTo(this.row + count, 0);
		else if (final === 'F') this.#moveTo(this.row - count, 0);
		else if (final === 'G') this.#moveTo(this.row, count - 1);
		else if (final === 'K' && numbers === '2') this.#cells[this.row] = [];
		else if (final === 'K') this.#eraseToLineEnd();
		else if (final === 'J') this.#erase(numbers);
		else return final === 'm';
		return true;
	}

	#erase(numbers: string): void {
		if (numbers === '2' || numbers === '3') this.#cells = Array.from({ length: this.rows }, () => []);
		else {
			this.#eraseToLineEnd();
			for (let row = this.row + 1; row < this.rows; row++) this.#cells[row] = [];
		}
	}

	#eraseToLineEnd(): void {
		const row = this.#cells[this.row] ?? [];
		if (!this.#wrapNext) row.length = Math.min(row.length, this.column);
	}

	#moveTo(row: number, column: number): void {
		this.row = Math.max(0, Math.min(this.rows - 1, row));
		this.column = Math.max(0, Math.min(this.columns - 1, column));
		this.#wrapNext = false;
	}

	#lineFeed(): void {
		this.#wrapNext = false;
		if (this.row < this.rows - 1) {
			this.row++;
			return;
		}
		this.scrollback.push((this.#cells.shift() ?? []).join('').trimEnd());
		this.#cells.push([]);
	}

	#put(grapheme: string): void {
		const wide = Math.max(1, columnsOf(grapheme));
		if (this.#wrapNext || this.column + wide > this.columns) {
			if (this.modes.get(7) === false) this.column = this.columns - wide;
			else {
				this.#lineFeed();
				this.column = 0;
			}
			this.#wrapNext = false;
		}
		const row = this.#cells[this.row] ?? [];
		while (row.length < this.column) row.push(' ');
		row[this.column] = grapheme;
		for (let i = 1; i < wide; i++) row[this.column + i] = '';
		this.#cells[this.row] = row;
		if (this.column + wide >= this.columns) {
			this.column = this.columns - 1;
			this.#wrapNext = true;
		} else this.column += wide;
	}
}

/** Lays words out in rows as they come: a row is handed on once the next word does not fit it. */
import { graphemeRuns } from '../../ui/graphemes.ts';
import { columnsOf } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';

/** Looks that may come together. */
export const STYLE = { plain: 0, bold: 1, italic: 2, dim: 4, code: 8 } as const;

interface Part {
	text: string;
	style: number;
}

export interface RowWriterOptions {
	theme: Theme;
	/** Columns of a row, at least 2. Asked for again for each row, as the terminal may change. */
	room: () => number;
	/** A finished row, styled. */
	emit: (row: string) => void;
}

const TAB = '    ';
const PLAIN = /^[\x20-\x7e]*$/;

export class RowWriter {
	readonly #options: RowWriterOptions;
	#row: Part[] = [];
	#used = 0;
	/** Spaces between the row and the word. */
	#blanks: Part = { text: '', style: STYLE.plain };
	/** Its end is not known yet. */
	#word: Part[] = [];
	#wordColumns = 0;

	constructor(options: RowWriterOptions) {
		this.#options = options;
	}

	/** In the same state. */
	copy(options: RowWriterOptions): RowWriter {
		const copy = new RowWriter(options);
		copy.#row = this.#row.map((part) => ({ ...part }));
		copy.#used = this.#used;
		copy.#blanks = this.#blanks;
		copy.#word = this.#word.map((part) => ({ ...part }));
		copy.#wordColumns = this.#wordColumns;
		return copy;
	}

	/** Text broken at blanks and between wide characters; a line of its own is a row of its own. */
	words(text: string, style: number): void {
		for (const part of text.split(/([ \t\n]+)/)) {
			if (part === '') continue;
			if (part.includes('\n')) this.breakRow();
			else if (/^[ \t]/.test(part)) this.#blank(part.replaceAll('\t', TAB), style);
			else if (PLAIN.test(part)) this.#growWord(part, style, part.length);
			else this.#wideWords(part, style);
		}
	}

	/** Text broken at any character. */
	raw(text: string, style: number): void {
		this.#endWord();
		this.#fill(text, style);
	}

	/** The next word begins a row. */
	breakRow(): void {
		this.#endWord();
		if (this.#used > 0 || this.#row.length > 0) this.#emitRow();
	}

	#blank(text: string, style: number): void {
		this.#endWord();
		if (this.#used > 0) this.#blanks = { text: this.#blanks.text + text, style };
	}

	/** A word that fills more than a row breaks anywhere. */
	#growWord(text: string, style: number, columns: number): void {
		push(this.#word, text, style);
		this.#wordColumns += columns;
		if (this.#wordColumns <= this.#options.room()) return;
		if (this.#used > 0) this.#emitRow();
		const long = this.#word;
		this.#word = [];
		this.#wordColumns = 0;
		for (const part of long) this.#fill(part.text, part.style);
		// What does not fill its row is still a word that may grow.
		this.#word = this.#row;
		this.#wordColumns = this.#used;
		this.#row = [];
		this.#used = 0;
	}

	#wideWords(text: string, style: number): void {
		for (const { from, units, count, columns } of graphemeRuns(text)) {
			const run = text.slice(from, from + units * count);
			if (columns === 2) {
				this.#endWord();
				this.#fill(run, style);
			} else this.#growWord(run, style, columns === 1 ? count : columnsOfPart(run));
		}
	}

	#fill(text: string, style: number): void {
		this.#takeBlanks();
		for (const { from, units, count, columns } of graphemeRuns(text)) {
			const each = columns ?? columnsOfPart(text.slice(from, from + units));
			for (let done = 0; done < count; ) {
				const left = this.#options.room() - this.#used;
				const fits = each === 0 ? count : Math.min(count - done, Math.floor(left / each));
				if (fits <= 0 && this.#used > 0) this.#emitRow();
				else {
					const taken = Math.max(1, fits);
					const at = from + done * units;
					push(this.#row, text.slice(at, at + taken * units), style);
					this.#used += taken * each;
					done += taken;
				}
			}
		}
	}

	#endWord(): void {
		if (this.#word.length === 0) return;
		const needed = this.#used > 0 ? this.#blanks.text.length + this.#wordColumns : 0;
		if (this.#used + needed > this.#options.room()) this.#emitRow();
		this.#takeBlanks();
		for (const { text, style } of this.#word) push(this.#row, text, style);
		this.#used += this.#wordColumns;
		this.#word = [];
		this.#wordColumns = 0;
	}

	#takeBlanks(): void {
		const { text, style } = this.#blanks;
		this.#blanks = { text: '', style: STYLE.plain };
		if (text === '' || this.#used === 0) return;
		if (this.#used + text.length > this.#options.room()) {
			this.#emitRow();
			return;
		}
		const before = this.#row.at(-1);
		push(this.#row, text, (before?.style ?? 0) & style);
		this.#used += text.length;
	}

	#emitRow(): void {
		const row = this.#row;
		this.#row = [];
		this.#used = 0;
		this.#blanks = { text: '', style: STYLE.plain };
		this.#options.emit(row.map(({ text, style }) => painted(text, style, this.#options.theme)).join(''));
	}
}

/** U+FE0F makes what stands before it, perhaps in other looks, one wider. */
const columnsOfPart = (text: string): number => (text.startsWith('\ufe0f') ? 1 : columnsOf(text));

function push(parts: Part[], text: string, style: number): void {
	const last = parts.at(-1);
	if (last?.style === style) last.text += text;
	else parts.push({ text, style });
}

export function painted(text: string, style: number, theme: Theme): string {
	let shown = text;
	if (style & STYLE.code) shown = theme.accent(shown);
	if (style & STYLE.italic) shown = theme.italic(shown);
	if (style & STYLE.bold) shown = theme.bold(shown);
	return style & STYLE.dim ? theme.dim(shown) : shown;
}

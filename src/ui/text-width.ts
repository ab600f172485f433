/** Measures text in terminal columns. In styled text (SGR sequences of our own theme) only visible characters count. */
import { type GraphemeRun, graphemeRuns } from './graphemes.ts';

const PLAIN = /^[\x20-\x7e]*$/;
const STYLE = /\x1b\[[\d;]*m/y;
const CLOSE_ALL = '\x1b[0m';
const TAB_COLUMNS = 4;

const STYLES = /\x1b\[[\d;]*m/g;
/** East Asian Wide and Fullwidth (Unicode 16, EastAsianWidth.txt, blocks whose assigned characters are all wide). */
const WIDE =
	/^[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18df2}\u{1aff0}-\u{1b2fb}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u;

/**
 * Columns of a text in a terminal that follows Unicode's East Asian Width; emoji count two only where they are shown as
 * pictures by default or asked to be (U+FE0F), as terminals do.
 */
export function columnsOf(text: string): number {
	if (PLAIN.test(text)) return text.length;
	const seen = text.includes('\x1b') ? text.replace(STYLES, '') : text;
	let sum = 0;
	for (const run of graphemeRuns(seen)) sum += run.count * columnsOfRun(seen, run);
	return sum;
}

/** Columns of each grapheme of the run. */
function columnsOfRun(text: string, { from, units, columns }: GraphemeRun): 0 | 1 | 2 {
	return columns ?? columnsOfGrapheme(text.slice(from, from + units));
}

function columnsOfGrapheme(grapheme: string): 0 | 1 | 2 {
	if (/^[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]+$/u.test(grapheme)) return 0;
	return /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}

/** Cuts plain text to at most `columns`, with `…` in the last column if anything was cut. */
export function cutToColumns(text: string, columns: number): string {
	if (!(columns > 0)) return '';
	if (PLAIN.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
	let used = 0;
	/** Where to end the text if it must be cut. */
	let end = 0;
	for (const run of graphemeRuns(text)) {
		const each = columnsOfRun(text, run);
		const isOver = used + each * run.count > columns;
		const fits = each === 0 ? run.count : Math.min(run.count, Math.floor((columns - 1 - used) / each));
		if (used < columns) end += Math.max(0, fits) * run.units;
		used += each * run.count;
		if (isOver) return `${text.slice(0, end)}…`;
	}
	return text;
}

/** Pads styled or plain text with spaces to `columns`; longer text is left unchanged. */
export function padToColumns(text: string, columns: number, side: 'left' | 'right' = 'right'): string {
	const fill = ' '.repeat(Math.max(0, columns - columnsOf(text)));
	return side === 'right' ? text + fill : fill + text;
}

export function expandTabs(line: string): string {
	if (!line.includes('\t')) return line;
	let expanded = '';
	let used = 0;
	for (const part of line.split(/(\t)/)) {
		const shown = part === '\t' ? ' '.repeat(TAB_COLUMNS - (used % TAB_COLUMNS)) : part;
		expanded += shown;
		used += columnsOf(shown);
	}
	return expanded;
}

export interface WrapOptions {
	/** Spaces before every row but the first. */
	indent?: number;
	/** False: breaks at any character (code). Default true. */
	byWord?: boolean;
}

/** Wraps to rows of at most `columns`. Each row is complete: a style that continues is closed at its end and opened again. */
export function wrapToColumns(text: string, width: number, options: WrapOptions = {}): string[] {
	const columns = Math.max(1, width || 1);
	const indent = Math.min(options.indent ?? 0, Math.floor(columns / 2));
	const byWord = options.byWord !== false;
	if (PLAIN.test(text)) return text.length <= columns ? [text] : wrapPlain(text, columns, indent, byWord);
	const rows = new Wrapper(text, { columns, indent, byWord }).rows();
	return rows[0] === text ? rows : joinRows(rows, ' '.repeat(indent));
}

/** As `wrapToColumns`, for text where each unit is a column: the hot path of an agent that floods. */
function wrapPlain(text: string, columns: number, indent: number, byWord: boolean): string[] {
	const rows: string[] = [];
	for (let from = 0; from < text.length; ) {
		const isFirst = rows.length === 0;
		const limit = from + columns - (isFirst ? 0 : indent);
		const end = limit >= text.length || !byWord ? limit : wordBreak(text, from, limit);
		rows.push((isFirst ? '' : ' '.repeat(indent)) + text.slice(from, end));
		from = byWord && text.charAt(end) === ' ' ? end + 1 : end;
	}
	return rows;
}

/** The last space to break at, or `limit` when the word fills the row. */
function wordBreak(text: string, from: number, limit: number): number {
	if (text.charAt(limit) === ' ') return limit;
	const space = text.slice(from, limit).lastIndexOf(' ');
	return space > 0 && /[^ ]/.test(text.slice(from, from + space)) ? from + space : limit;
}

interface WrapPlan {
	columns: number;
	indent: number;
	byWord: boolean;
}

/** Breaks styled text of any script greedily, one run of equal characters at a time. */
class Wrapper {
	readonly #text: string;
	readonly #plan: WrapPlan;
	/** Rows as slices of the text; a space at a break is left out. */
	readonly #rows: string[] = [];
	/** Position and width of the row being built. */
	#from = 0;
	#used = 0;
	/** Position of its last space, and the columns before it; -1: none. */
	#blankAt = -1;
	#usedAtBlank = 0;
	/** Position of its first visible character; a space before it is not a place to break. */
	#inkAt = Number.POSITIVE_INFINITY;

	constructor(text: string, plan: WrapPlan) {
		this.#text = text;
		this.#plan = plan;
	}

	rows(): string[] {
		let next: number | null = 0;
		while (next !== null) next = this.#take(next);
		const rest = this.#text.slice(this.#from);
		if (this.#used > 0 || this.#rows.length === 0) this.#rows.push(rest);
		else this.#rows.push((this.#rows.pop() ?? '') + rest);
		return this.#rows;
	}

	/** Continues at `start`. Returns where to start again if a word carried over does not fit the next row either. */
	#take(start: number): number | null {
		for (const { from, units, count, columns } of styledRuns(this.#text, start)) {
			for (let done = 0; done < count; ) {
				const at = from + done * units;
				const fits = Math.min(count - done, this.#fits(columns));
				if (fits > 0) {
					this.#grow(at, fits * units, columns * fits);
					done += fits;
				} else if (this.#plan.byWord && this.#text.slice(at, at + units) === ' ') {
					this.#endRow(at, at + 1);
					done++;
				} else if (this.#plan.byWord && this.#blankAt > this.#inkAt) {
					const word = this.#used - this.#usedAtBlank - 1;
					this.#endRow(this.#blankAt, this.#blankAt + 1);
					if (word > this.#room()) return this.#from;
					this.#used = word;
					if (word > 0) this.#inkAt = this.#from;
				} else this.#endRow(at, at);
			}
		}
		return null;
	}

	#room(): number {
		return this.#plan.columns - (this.#rows.length === 0 ? 0 : this.#plan.indent);
	}

	/** How many characters of that width still fit in the row: at least one when it is empty. */
	#fits(columns: number): number {
		if (columns === 0) return Number.POSITIVE_INFINITY;
		return Math.max(this.#used === 0 ? 1 : 0, Math.floor((this.#room() - this.#used) / columns));
	}

	#grow(at: number, units: number, columns: number): void {
		if (this.#plan.byWord && columns > 0) this.#noteBlanks(at, this.#text.slice(at, at + units), columns);
		this.#used += columns;
	}

	#noteBlanks(at: number, text: string, columns: number): void {
		if (this.#inkAt === Number.POSITIVE_INFINITY) {
			const ink = text.search(/[^ ]/);
			if (ink >= 0) this.#inkAt = at + ink;
		}
		// In a run of spaces one unit is one column; a space with a mark on it is not a place to break.
		const blank = columns === text.length ? text.lastIndexOf(' ') : -1;
		if (blank < 0) return;
		this.#blankAt = at + blank;
		this.#usedAtBlank = this.#used + blank;
	}

	#endRow(end: number, next: number): void {
		this.#rows.push(this.#text.slice(this.#from, end));
		this.#from = next;
		this.#used = 0;
		this.#blankAt = -1;
		this.#inkAt = Number.POSITIVE_INFINITY;
	}
}

interface StyledRun extends GraphemeRun {
	columns: 0 | 1 | 2;
}

/** As `graphemeRuns` from `start` on, with all widths known and each style as a run without width. */
function* styledRuns(text: string, start: number): Generator<StyledRun, void, undefined> {
	for (let from = start; from < text.length; ) {
		const at = text.indexOf('\x1b', from);
		const part = text.slice(from, at < 0 ? text.length : at);
		for (const run of graphemeRuns(part))
			yield { ...run, from: from + run.from, columns: columnsOfRun(part, run) };
		from += part.length;
		if (at < 0) return;
		STYLE.lastIndex = at;
		const units = STYLE.exec(text)?.[0].length ?? 1;
		yield { from: at, units, count: 1, columns: 0 };
		from += units;
	}
}

function joinRows(rows: readonly string[], indent: string): string[] {
	let open = '';
	return rows.map((row, index) => {
		const text = (index === 0 ? '' : indent) + open + row;
		for (const [style] of row.matchAll(STYLES)) open = stylesAfter(open, style);
		return open === '' ? text : text + CLOSE_ALL;
	});
}

/** chalk closes with 22 (weight), 23 (italic) and 39 (colour); 0 closes all. */
function stylesAfter(open: string, style: string): string {
	if (style === CLOSE_ALL) return '';
	const closed = CLOSES[style];
	if (closed === undefined) return open + style;
	return open.replace(closed, '');
}

const CLOSES: Readonly<Record<string, RegExp>> = {
	'\x1b[22m': /\x1b\[[12]m/g,
	'\x1b[23m': /\x1b\[3m/g,
	'\x1b[39m': /\x1b\[(?:3[0-7]|9[0-7])m/g,
};

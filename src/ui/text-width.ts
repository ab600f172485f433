/** Text measured in terminal columns. Styled text (SGR sequences of our own theme) counts only what is seen. */

const PLAIN = /^[\x20-\x7e]*$/;
const STYLE = /\x1b\[[\d;]*m/y;
const CLOSE_ALL = '\x1b[0m';
const TAB_COLUMNS = 4;

const STYLES = /\x1b\[[\d;]*m/g;
/** Our own glyphs and Latin letters: one unit, one column each, nothing that joins. */
const NARROW =
	/^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193\u2500-\u257f\u2800-\u28ff…›·✓✗⊘↻■▸☐☑]*$/;
/** East Asian Wide and Fullwidth (Unicode 16, EastAsianWidth.txt, blocks where all assigned characters are wide). */
const WIDE =
	/^[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18df2}\u{1aff0}-\u{1b2fb}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u;
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;
const UNSEEN = /^[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]+$/u;

let segmenter: Intl.Segmenter | null = null;

/** What a reader sees as single characters. */
export function graphemesOf(text: string): string[] {
	if (PLAIN.test(text)) return text.split('');
	segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
	return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * Columns of a text in a terminal that follows Unicode's East Asian Width; emoji count two only where they are shown as
 * pictures by default or asked to be (U+FE0F), as terminals do.
 */
export function columnsOf(text: string): number {
	if (PLAIN.test(text)) return text.length;
	const seen = text.includes('\x1b') ? text.replace(STYLES, '') : text;
	if (NARROW.test(seen)) return seen.length;
	return graphemesOf(seen).reduce((sum, grapheme) => sum + columnsOfGrapheme(grapheme), 0);
}

function columnsOfGrapheme(grapheme: string): number {
	if (UNSEEN.test(grapheme)) return 0;
	return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}

/** Cuts plain text to at most `columns`, with `…` as its last column when something was lost. */
export function cutToColumns(text: string, columns: number): string {
	if (columns <= 0) return '';
	if (columnsOf(text) <= columns) return text;
	let cut = '';
	let used = 0;
	for (const grapheme of graphemesOf(text)) {
		used += columnsOf(grapheme);
		if (used > columns - 1) break;
		cut += grapheme;
	}
	return `${cut}…`;
}

/** Fills styled or plain text with spaces to `columns`; longer text is left as it is. */
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
	/** Columns of blanks before every row but the first. */
	indent?: number;
	/** False: breaks at any character (code). Default true. */
	byWord?: boolean;
}

/** Rows of at most `columns`, each complete in itself: a style that goes on is closed at its end and opened again. */
export function wrapToColumns(text: string, columns: number, options: WrapOptions = {}): string[] {
	if (columnsOf(text) <= columns) return [text];
	const indent = Math.min(options.indent ?? 0, Math.floor(columns / 2));
	if (PLAIN.test(text)) return wrapPlain(text, columns, indent, options.byWord !== false);
	const rows: Piece[][] = [];
	let row: Piece[] = [];
	let used = 0;
	const left = piecesOf(text).reverse();
	for (let piece = left.pop(); piece !== undefined; piece = left.pop()) {
		const room = columns - (rows.length === 0 ? 0 : indent);
		if (used + piece.columns <= room || used === 0) {
			row.push(piece);
			used += piece.columns;
			continue;
		}
		const isGap = piece.text === ' ' && options.byWord !== false;
		if (!isGap) left.push(piece, ...(options.byWord === false ? [] : takeLastWord(row).reverse()));
		rows.push(row);
		row = [];
		used = 0;
	}
	const last = rows.at(-1);
	if (used > 0 || last === undefined) rows.push(row);
	else last.push(...row);
	return joinRows(rows, ' '.repeat(indent));
}

/** The same for text where each unit is a column: the hot path of an agent that floods. */
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

/** The last blank to break at, or `limit` where the word is the whole row. */
function wordBreak(text: string, from: number, limit: number): number {
	if (text.charAt(limit) === ' ') return limit;
	const space = text.lastIndexOf(' ', limit - 1);
	return space > from && /[^ ]/.test(text.slice(from, space)) ? space : limit;
}

interface Piece {
	text: string;
	columns: number;
}

function piecesOf(text: string): Piece[] {
	const pieces: Piece[] = [];
	let from = 0;
	for (let at = text.indexOf('\x1b'); at >= 0; at = text.indexOf('\x1b', at)) {
		pieces.push(...plainPieces(text.slice(from, at)));
		STYLE.lastIndex = at;
		const style = STYLE.exec(text)?.[0] ?? '\x1b';
		pieces.push({ text: style, columns: 0 });
		from = at + style.length;
		at = from;
	}
	pieces.push(...plainPieces(text.slice(from)));
	return pieces;
}

function plainPieces(text: string): Piece[] {
	return graphemesOf(text).map((grapheme) => ({ text: grapheme, columns: columnsOf(grapheme) }));
}

/** Removes the unfinished word from the end of `row`, unless it is the whole row. */
function takeLastWord(row: Piece[]): Piece[] {
	const space = row.findLastIndex((piece) => piece.text === ' ');
	const isIndent =
		space >= 0 && row.slice(0, space).every((piece) => piece.text === ' ' || piece.columns === 0);
	if (space <= 0 || isIndent) return [];
	const word = row.splice(space + 1);
	row.pop();
	return word;
}

function joinRows(rows: readonly Piece[][], indent: string): string[] {
	let open = '';
	return rows.map((row, index) => {
		let text = (index === 0 ? '' : indent) + open;
		for (const piece of row) {
			text += piece.text;
			if (piece.columns === 0 && piece.text.startsWith('\x1b[')) open = stylesAfter(open, piece.text);
		}
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

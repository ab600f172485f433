/** Text in pieces, on its way to a terminal or a pipe: made safe, drawn, cut. Pure. */
import { seenJson } from '../../../core/json-text.ts';
import { createByteFilter, createTextFilter } from '../../../core/text.ts';
import { MarkdownRows } from '../../../markdown/markdown-rows.ts';
import type { Look } from '../../look.ts';

/** As the gate in `core/text` lets it through. */
export function* safePieces(bytes: Iterable<Uint8Array>): Generator<string> {
	const filter = createByteFilter();
	for (const piece of bytes) yield filter.push(piece);
	yield filter.end();
}

/** JSON, which means the same afterwards: what could not be seen in it is escaped. */
export function* safeJsonPieces(bytes: Iterable<Uint8Array>): Generator<string> {
	const filter = createTextFilter();
	for (const text of decoded(bytes)) yield filter.push(seenJson(text));
	yield filter.end();
}

/** Never half a character; invalid UTF-8 becomes U+FFFD. */
export function* decoded(bytes: Iterable<Uint8Array>): Generator<string> {
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	for (const piece of bytes) yield decoder.decode(piece, { stream: true });
	yield decoder.decode();
}

/** The last line of something else that follows begins in the first column. */
export function* endedByBreak(texts: Iterable<string>): Generator<string> {
	let last = '\n';
	for (const text of texts) {
		if (text === '') continue;
		last = text.charAt(text.length - 1);
		yield text;
	}
	if (last !== '\n') yield '\n';
}

/** Empty lines at the end are left out. */
export function* withoutLastBreaks(texts: Iterable<string>): Generator<string> {
	let breaks = 0;
	for (const text of texts) {
		const body = text.replace(/\n+$/, '');
		if (body !== '') {
			yield '\n'.repeat(breaks) + body;
			breaks = 0;
		}
		breaks += text.length - body.length;
	}
}

/** A table that is taller keeps the widths of its first rows. */
const MAX_TABLE_ROWS = 500;

/** Answers as they are drawn in the shell; as they are where there is no colour. */
export function* drawnMarkdown(texts: Iterable<string>, { theme, columns }: Look): Generator<string> {
	if (!theme.hasColor) {
		yield* texts;
		return;
	}
	const markdown = new MarkdownRows({
		theme,
		columns: () => Math.max(MIN_COLUMNS, columns),
		maxTableRows: () => MAX_TABLE_ROWS,
	});
	for (const text of texts) yield asLines(markdown.push(text));
	yield asLines(markdown.end());
}

const MIN_COLUMNS = 8;
const asLines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');

/** About the first `maxChars`, up to the end of a line if there is one; then `rest`. null: all. */
export function* cutAt<Piece extends string | Uint8Array>(
	pieces: Iterable<Piece>,
	maxChars: number | null,
	rest: string,
): Generator<Piece | string> {
	let left = maxChars ?? Number.POSITIVE_INFINITY;
	for (const piece of pieces) {
		if (piece.length <= left) {
			left -= piece.length;
			yield piece;
			continue;
		}
		const shown = typeof piece === 'string' ? piece.slice(0, left) : '';
		const end = shown.lastIndexOf('\n');
		yield `${end < 0 ? shown : shown.slice(0, end)}\n${rest}\n`;
		return;
	}
}

/** Text in pieces, on its way to a terminal or a pipe: made safe, drawn, cut. Pure. */
import { seenJson } from '../../../core/json-text.ts';
import { createByteFilter, createTextFilter } from '../../../core/text.ts';
import { createMarkdownLines } from '../../../ui/markdown.ts';
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

/** A line longer than this is shown as it is. */
const MAX_DRAWN_CHARS = 256 * 1024;

/** Answers as they are drawn in the shell; as they are where there is no colour. */
export function* drawnMarkdown(texts: Iterable<string>, { theme, columns }: Look): Generator<string> {
	if (!theme.hasColor) {
		yield* texts;
		return;
	}
	const markdown = createMarkdownLines(theme);
	let held = '';
	for (const text of texts) {
		const lines = (held + text).split('\n');
		held = lines.pop() ?? '';
		if (lines.length > 0) yield `${lines.flatMap((line) => markdown.line(line, columns)).join('\n')}\n`;
		if (held.length < MAX_DRAWN_CHARS) continue;
		yield held;
		held = '';
	}
	if (held !== '') yield markdown.line(held, columns).join('\n');
}

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

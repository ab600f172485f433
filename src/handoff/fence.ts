/**
 * Marks who said what. Recorded words are in `<record-XXXXXXXX>`, the user's in `<user-XXXXXXXX>`, a note of the relay before a
 * prompt in `<relay-XXXXXXXX>`; the eight hex digits are the start of the content's SHA-256, so no content can contain its own
 * closing mark by chance or on purpose. Inside a record every quoted line also begins with `> ` and look-alikes of the marks are
 * escaped: a line that a reader misjudges is still a quote.
 */
import { createHash } from 'node:crypto';

/** Bytes that a fence adds to its content: both marks with their line breaks. */
export const RECORD_FENCE_BYTES = '<record-00000000>\n</record-00000000>\n'.length;
/** @internal For tests: they go past it. */
export const USER_FENCE_BYTES = '<user-00000000>\n\n</user-00000000>\n'.length;

const MARKS = /<(\/?)(?=(?:record|user|relay)-)/gi;

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** Look-alikes of the marks as text. */
export function escapeMarks(text: string): string {
	return text.replace(MARKS, '&lt;$1');
}

/** Recorded text as quoted lines with a final line break. */
export function quoteRecord(text: string): string {
	return `> ${escapeMarks(text).replaceAll('\n', '\n> ')}\n`;
}

/** Fences `body`, whose lines are `quoteRecord` lines and the relay's own labels, and which ends in a line break. */
export function fenceRecord(body: string): string {
	const mark = `record-${digest(body)}`;
	return `<${mark}>\n${body}</${mark}>\n`;
}

/** The user's words, unchanged. */
export function fenceUser(words: string): string {
	const mark = `user-${digest(words)}`;
	return `<${mark}>\n${words}\n</${mark}>\n`;
}

/** Fences a note of the relay's own, which ends in a line break, to go before the user's words. */
export function fenceRelay(note: string): string {
	const mark = `relay-${digest(note)}`;
	return `<${mark}>\n${note}</${mark}>\n`;
}

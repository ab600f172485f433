/**
 * A long paste stands on the line as one character, its chip: it moves and is deleted as one, and is sent in full. The characters
 * are noncharacters of Unicode (U+FDD0 to U+FDEF), which no text holds; what is typed or pasted is freed of them. Pure.
 */
import { formatPlural } from '../../../core/plural.ts';
import { formatBytes } from '../../../ui/quantities.ts';

const FIRST = 0xfdd0;
const COUNT = 32;
const MARKS = /[\ufdd0-\ufdef]/g;

const LONG_LINES = 10;
const LONG_BYTES = 1024;

/** What each chip stands for, by the place of its character. */
export type Chips = readonly string[];

export function isLong(text: string): boolean {
	return text.split('\n').length > LONG_LINES || Buffer.byteLength(text) > LONG_BYTES;
}

/** A chip for `text`; null: every one is still in use in `texts`. */
export function addChip(
	chips: Chips,
	text: string,
	texts: readonly string[],
): { chips: Chips; mark: string } | null {
	const used = texts.join('');
	for (let at = 0; at < COUNT; at++) {
		const mark = markOf(at);
		if (used.includes(mark)) continue;
		const next = [...chips];
		next[at] = text;
		return { chips: next, mark };
	}
	return null;
}

/** The text in full. */
export function unfold(text: string, chips: Chips): string {
	return text.replace(MARKS, (mark) => chips[mark.charCodeAt(0) - FIRST] ?? '');
}

/** The text with each paste that is known as its chip. */
export function fold(text: string, chips: Chips): string {
	return chips.reduce((folded, paste, at) => {
		const found = paste === '' ? -1 : folded.indexOf(paste);
		return found < 0 ? folded : folded.slice(0, found) + markOf(at) + folded.slice(found + paste.length);
	}, text);
}

/** Where in a folded text an offset of the full one lies; inside a paste, behind its chip. */
export function foldedAt(folded: string, offset: number, chips: Chips): number {
	let at = 0;
	for (let left = offset; left > 0 && at < folded.length; at++)
		left -= unfold(folded.charAt(at), chips).length;
	return at;
}

export const withoutMarks = (text: string) => text.replace(MARKS, '');

/** What a chip is shown as; null: the character is none. */
export function chipLabel(character: string, chips: Chips): string | null {
	const paste = chips[character.charCodeAt(0) - FIRST];
	if (paste === undefined) return null;
	const lines = paste.replace(/\n$/, '').split('\n').length;
	return `[${formatPlural(lines, 'line')} pasted, ${formatBytes(Buffer.byteLength(paste))}]`;
}

export const hasChip = (text: string) => text.search(MARKS) >= 0;

const markOf = (at: number) => String.fromCharCode(FIRST + at);

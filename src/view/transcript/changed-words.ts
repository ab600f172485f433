import { createRequire } from 'node:module';

/** Loaded with the first line that changed into another: most turns show none. */
function loadDiff(): Pick<typeof import('diff'), 'diffWordsWithSpace'> {
	const require = createRequire(import.meta.url);
	return require('diff/lib/diff/word.js');
}

/** Parts of a line; what is not in the other one `isChanged`. */
export interface LinePart {
	text: string;
	isChanged: boolean;
}

/** Words that differ at most: more is another line, and the search takes the square of it. */
const MAX_CHANGED = 120;

/**
 * What of `line` is not in `other`, by words; nothing where the two share less than half of the longer one, and so are not
 * two states of one line.
 */
export function changedWords(line: string, other: string): LinePart[] {
	const whole = [{ text: line, isChanged: false }];
	const parts = loadDiff().diffWordsWithSpace(other, line, { maxEditLength: MAX_CHANGED });
	if (parts === undefined) return whole;
	const shared = parts
		.filter(({ added, removed }) => !added && !removed)
		.reduce((sum, { value }) => sum + value.trim().length, 0);
	if (shared * 2 < Math.max(line.trim().length, other.trim().length)) return whole;
	return parts
		.filter(({ removed }) => !removed)
		.map(({ value, added }) => ({ text: value, isChanged: added }));
}

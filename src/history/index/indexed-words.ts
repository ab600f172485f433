/** What is indexed of a text beyond what FTS5's tokenizer finds in it. Pure. */

/** Scripts that put no spaces between words; Hangul has spaces, but its words carry endings. */
const UNSPACED =
	'\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー';
const UNSPACED_RUN = new RegExp(`[${UNSPACED}]+`, 'gu');
/** Below it is none of those scripts. */
const MAYBE_UNSPACED = /[\u0e00-\uffff]/;
/** Within a word: `fooBar`, `HTTPServer`, `utf8`, `v2beta`. */
const SEAM = /[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]\d|\d[A-Za-z]/g;
const CODE_WORD = /[A-Za-z0-9]+/y;
const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;
/** Longer runs are keys and encoded data. */
const MAX_WORD = 64;
const MIN_WORD = 3;

/** The `parts` of a message: of code words, and pairs of characters of scripts without spaces. '' where there is nothing to add. */
export function partsOf(text: string): string {
	const code = codeParts(text);
	const pairs = MAYBE_UNSPACED.test(text) ? pairsOf(text) : '';
	return code === '' || pairs === '' ? code + pairs : `${code} ${pairs}`;
}

/** Looks for seams, since words with one are few. */
function codeParts(text: string): string {
	const parts: string[] = [];
	SEAM.lastIndex = 0;
	for (let seam = SEAM.exec(text); seam !== null; seam = SEAM.exec(text)) {
		let start = seam.index;
		while (start > 0 && isCodeUnit(text.charCodeAt(start - 1))) start--;
		CODE_WORD.lastIndex = start;
		const word = CODE_WORD.exec(text)?.[0] ?? '';
		if (word.length <= MAX_WORD) parts.push(...(word.match(PART) ?? []));
		SEAM.lastIndex = start + word.length;
	}
	return parts.join(' ');
}

const isCodeUnit = (unit: number): boolean =>
	(unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39);

function pairsOf(text: string): string {
	const pairs: string[] = [];
	for (const [run] of text.matchAll(UNSPACED_RUN)) {
		const characters = [...run];
		if (characters.length === 1) pairs.push(run);
		for (let at = 0; at + 1 < characters.length; at++)
			pairs.push(`${characters[at] ?? ''}${characters[at + 1] ?? ''}`);
	}
	return pairs.join(' ');
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const ASCII_WORD = /[A-Za-z0-9]+/g;
const NOT_ASCII = /[^\0-\x7f]/;

/** The different words of a text, lower case, of a length that is worth a look for substrings; without those of `known`. */
export function addWords(text: string, words: Set<string>, known: ReadonlySet<string> = NONE): void {
	const lower = text.toLowerCase();
	for (const word of lower.match(NOT_ASCII.test(lower) ? WORD : ASCII_WORD) ?? [])
		if (word.length >= MIN_WORD && word.length <= MAX_WORD && !known.has(word)) words.add(word);
}

const NONE: ReadonlySet<string> = new Set();

/*
 * What filters ask of a message alone is a word of its `parts`: FTS5 then finds those with a common word and a rare property at once, where
 * it would else give all with the word, to be looked at one by one. Such words are of characters that no text means anything by.
 */

const ROLES = ['user', 'assistant', 'tool'] as const;

/** Of a message. */
interface Known {
	role: (typeof ROLES)[number];
	/** That indexing gave it. */
	tags: readonly string[];
}
/** A new one goes to the end. */
const TAGS = [
	...['insight', 'plan', 'review:ux', 'review:architecture', 'review:code', 'review:security'],
	...['decision', 'investigation'],
];

/** The first of each kind. */
const [ROLE, TAG] = [0xe010, 0xe020];

const words = (first: number, names: readonly string[]): Readonly<Record<string, string>> =>
	Object.fromEntries(names.map((name, at) => [name, `\ue000${String.fromCharCode(first + at)}`]));
const OF_ROLE = words(ROLE, ROLES);
const OF_TAG = words(TAG, TAGS);

export const facetOfRole = (role: Known['role']): string | null => OF_ROLE[role] ?? null;

/** null: messages are not tagged so while they are indexed. */
export const facetOfTag = (tag: string): string | null =>
	Object.hasOwn(OF_TAG, tag) ? (OF_TAG[tag] ?? null) : null;

/** All words of a message. */
export function facetsOf({ role, tags }: Known): string {
	let all = facetOfRole(role) ?? '';
	for (const tag of tags) {
		const facet = facetOfTag(tag);
		if (facet !== null) all += ` ${facet}`;
	}
	return all;
}

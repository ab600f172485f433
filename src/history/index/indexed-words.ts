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

/** The different words of a text, lower case, of a length that is worth a look for substrings. */
export function addWords(text: string, words: Set<string>): void {
	for (const word of text.match(NOT_ASCII.test(text) ? WORD : ASCII_WORD) ?? [])
		if (word.length >= MIN_WORD && word.length <= MAX_WORD && !words.has(word)) words.add(word.toLowerCase());
}

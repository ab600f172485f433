/** U+2060, a zero-width character: with it the CLI finds no file, agent or resource of that name. */
const WORD_JOINER = '\u2060';

/**
 * Makes every `@path` that the CLI would read and inline a plain word (0.61.0 expands it inside a word, a quote or a fence
 * too, `x@a.txt`, but not an escaped `\@`). Anything that its grammar does not read as a path (`@ `, `@,`) stays as it is.
 */
export function inertForGemini(text: string): string {
	return text.replace(/@(?=[^\s,;!?()[\]{}\u2060]|\\)/g, `@${WORD_JOINER}`);
}

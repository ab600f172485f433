/** U+2060, a zero-width character: with it the CLI finds no file of that name. */
const WORD_JOINER = '\u2060';

/**
 * Makes every `@path` and `@"path"` that the CLI would read and inline a plain word. 2.1.197 looks for `@` at the start
 * of the prompt, after white space and after 。、？！; any other non-ASCII character is treated the same, for later
 * versions. Addresses (`me@host`), versions (`pkg@1`) and `'@scope/pkg'` stay as they are,
 * and so does the `@@` of a diff: the CLI wants a letter or a digit somewhere after the `@`.
 */
export function inert(text: string): string {
	return text.replace(/(?<=^|\s|[^\p{ASCII}\p{L}\p{N}\u2060])@(?!\u2060|@*(?:\s|$))/gu, `@${WORD_JOINER}`);
}

/** Quotes a word for any POSIX shell, so that a printed command works when pasted. */
export function quoteForShell(word: string): string {
	return /^[\w./:,@-][\w./:=@%+,-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

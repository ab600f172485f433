/** One word for any POSIX shell: a printed command works as it stands. */
export function quoteForShell(word: string): string {
	return /^[\w./:,@-][\w./:=@%+,-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

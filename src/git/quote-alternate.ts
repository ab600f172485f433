/** Quotes an object folder for a list of them: the separator is `:`, and a path with one in it is quoted the way git reads it. */
export function quoteAlternate(path: string): string {
	return /[:"\n]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"` : path;
}

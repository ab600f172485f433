/** An object folder for a list of them: its separator is `:`, and a path with one is quoted the way git reads it. */
export function quoteAlternate(path: string): string {
	return /[:"\n]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"` : path;
}

/**
 * The words of a command line that an environment variable holds (`PAGER`, `EDITOR`). No shell reads it: quotes hold words together,
 * and nothing else means anything.
 */
export function commandWords(line: string): string[] {
	return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
		word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
	);
}

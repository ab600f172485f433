const WORD = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)|(\s+)/y;

/** The words of a command line quoted the POSIX way, without expansions; null when a quote is left open. */
function splitShellWords(line: string): string[] | null {
	const words: string[] = [];
	let word: string | null = null;
	WORD.lastIndex = 0;
	while (WORD.lastIndex < line.length) {
		const match = WORD.exec(line);
		if (!match) return null;
		const [, single, double, escaped, plain, space] = match;
		if (space !== undefined) {
			if (word !== null) words.push(word);
			word = null;
			continue;
		}
		const piece = single ?? double?.replace(/\\([$`"\\\n])/g, '$1') ?? escaped ?? plain ?? '';
		word = (word ?? '') + piece;
	}
	if (word !== null) words.push(word);
	return words;
}

/** The script in `/bin/bash -lc '…'`, which is how codex shows every command it runs; any other line is returned as it is. */
export function unwrapShell(command: string): string {
	if (!/^\S*sh -l?c /.test(command)) return command;
	const words = splitShellWords(command);
	const [, , script] = words ?? [];
	return words?.length === 3 && script !== undefined ? script : command;
}

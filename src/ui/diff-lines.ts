import type { Theme } from './theme.ts';

const HEADER = /^(?:diff |index |\+\+\+ |--- |new file|deleted file|old mode|new mode|similarity|rename )/;

/** Styles the lines of a unified diff. The diff must already be safe to show. */
export function diffLines(diff: string, theme: Theme): string[] {
	return diff
		.trimEnd()
		.split('\n')
		.map((line) => {
			if (HEADER.test(line)) return theme.bold(line);
			if (line.startsWith('@@')) return theme.accent(line);
			if (line.startsWith('+')) return theme.good(line);
			return line.startsWith('-') ? theme.bad(line) : line;
		});
}

/** One changed run of lines of a file. */
export interface Hunk {
	/** Number of the first old line; of a hunk without old lines, of the line that it follows (0: none). */
	oldStart: number;
	oldLines: readonly string[];
	/** Number of the first new line; of a hunk without new lines, of the line that it follows (0: none). */
	newStart: number;
	newLines: readonly string[];
}

/** What became of one file from one tree to another, whitespace apart. */
export interface LinePatch {
	before: string;
	after: string;
	/** Absent before (`added`) or after (`deleted`). */
	change: 'modified' | 'added' | 'deleted';
	/** In order; none where git sees no lines (binary). */
	hunks: readonly Hunk[];
}

const PAIR = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64})$/;
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

interface OpenHunk {
	oldStart: number;
	oldLines: string[];
	newStart: number;
	newLines: string[];
}

/**
 * Parses `git diff-tree --stdin -p -U0`, given pairs of trees and one path. Pairs without a change of lines are absent. A file
 * that became a link and such, which git shows as removed and added, counts as added.
 */
export function parseLinePatches(output: string): LinePatch[] {
	const patches: LinePatch[] = [];
	let pair: [string, string] | null = null;
	let change: LinePatch['change'] = 'modified';
	let hunks: OpenHunk[] = [];
	let left = { old: 0, new: 0 };
	const close = () => {
		if (pair !== null && (hunks.length > 0 || change !== 'modified'))
			patches.push({ before: pair[0], after: pair[1], change, hunks });
		hunks = [];
		change = 'modified';
	};
	for (const line of output.split('\n')) {
		const hunk = hunks.at(-1);
		if (hunk !== undefined && line.startsWith('-') && left.old > 0) {
			hunk.oldLines.push(line.slice(1));
			left.old--;
			continue;
		}
		if (hunk !== undefined && line.startsWith('+') && left.new > 0) {
			hunk.newLines.push(line.slice(1));
			left.new--;
			continue;
		}
		const head = HUNK.exec(line);
		const trees = PAIR.exec(line);
		if (head !== null) {
			const [, oldStart, oldCount = '1', newStart, newCount = '1'] = head;
			hunks.push({ oldStart: Number(oldStart), oldLines: [], newStart: Number(newStart), newLines: [] });
			left = { old: Number(oldCount), new: Number(newCount) };
		} else if (trees !== null) {
			close();
			pair = [trees[1] ?? '', trees[2] ?? ''];
		} else if (line.startsWith('diff --git ')) {
			hunks = [];
			change = 'modified';
		} else if (line.startsWith('new file mode ')) change = 'added';
		else if (line.startsWith('deleted file mode ')) change = 'deleted';
	}
	close();
	return patches;
}

/** Who committed a line, as `git blame --porcelain` says it. */
export interface LineAuthor {
	commit: string;
	name: string;
	/** Without brackets. */
	email: string;
	/** Epoch ms. */
	at: number;
}

/** By line number from 1 on; index 0 is empty. */
export function parsePorcelainBlame(output: string): Array<LineAuthor | undefined> {
	const commits = new Map<string, LineAuthor>();
	const lines: Array<LineAuthor | undefined> = [undefined];
	let at: { author: LineAuthor; line: number } | null = null;
	for (const row of output.split('\n')) {
		if (row.startsWith('\t')) {
			if (at !== null) lines[at.line] = at.author;
			at = null;
			continue;
		}
		const [, commit, line] = /^([0-9a-f]{40}|[0-9a-f]{64}) \d+ (\d+)(?: \d+)?$/.exec(row) ?? [];
		if (commit !== undefined && at === null) {
			const author = commits.get(commit) ?? { commit, name: '', email: '', at: 0 };
			commits.set(commit, author);
			at = { author, line: Number(line) };
		} else if (at !== null) readField(at.author, row);
	}
	return lines;
}

function readField(author: LineAuthor, row: string): void {
	if (row.startsWith('author ')) author.name = row.slice('author '.length);
	else if (row.startsWith('author-mail '))
		author.email = row.slice('author-mail '.length).replace(/^<|>$/g, '');
	else if (row.startsWith('author-time ')) author.at = Number(row.slice('author-time '.length)) * 1000;
}

import type { RepoFacts } from '../../git/repo-facts.ts';
import type { BlameLines, LineAuthor } from '../../git/snapshots/blame-lines.ts';
import { cameFrom } from './follow-file.ts';
import { lineBefore } from './trace-lines.ts';

/** Whose a line is that no turn made. */
export type OwnLine =
	/** `commit`: the user's own that has it; null: none has. */
	{ kind: 'you'; commit: string | null } | { kind: 'unknown'; why: 'commit'; commit: LineAuthor | null };

const NOT_COMMITTED: OwnLine = { kind: 'you', commit: null };

/**
 * What git's commits say of the lines of a file as it is now (`tree`): a line in a commit of somebody else is not the user's. Who
 * the user is, git's `user.email` says; without it nobody can tell.
 */
export async function committedLines(
	lines: Pick<BlameLines, 'treeOf' | 'patches' | 'changes' | 'authors' | 'userEmail'>,
	{ head }: Pick<RepoFacts, 'head'>,
	{ tree, path }: { tree: string; path: string },
): Promise<(line: number) => OwnLine> {
	if (head === null) return () => NOT_COMMITTED;
	const committed = await lines.treeOf(head);
	if (committed === null) return () => ({ kind: 'unknown', why: 'commit', commit: null });
	const pairs = committed === tree ? [] : [[committed, tree] as const];
	const { patches, unreadable } = await lines.patches(pairs, path);
	const [patch] = patches;
	const isNew = patch?.change === 'added';
	const came = isNew ? await cameFrom(lines, { before: committed, after: tree }, path) : null;
	const renamed = came?.renamed ?? null;
	if (isNew && renamed === null) return () => NOT_COMMITTED;
	const hunks = renamed?.hunks ?? patch?.hunks ?? [];
	const [authors, email] = await Promise.all([lines.authors(head, renamed?.from ?? path), lines.userEmail()]);
	return (line) => {
		const at = lineBefore(hunks, line);
		if (at === null) return NOT_COMMITTED;
		const commit = authors?.[at] ?? null;
		const isOwn = unreadable.length === 0 && commit !== null && isSameAddress(commit.email, email);
		return isOwn ? { kind: 'you', commit: commit.commit } : { kind: 'unknown', why: 'commit', commit };
	};
}

function isSameAddress(a: string, b: string | null): boolean {
	return b !== null && a.toLowerCase() === b.toLowerCase();
}

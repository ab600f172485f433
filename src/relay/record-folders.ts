import { relative, sep } from 'node:path';
import type { RepoFacts } from '../git/contract.ts';

/**
 * The folders of sessions as an agent in `worktree` can open them: relative where all lie in the repo, else absolute, so that
 * each still leads from one to another.
 */
export function readableFolders(
	folders: readonly string[],
	{ worktree, root }: Pick<RepoFacts, 'worktree' | 'root'>,
): string[] {
	const areInRepo = folders.every((folder) =>
		[root, worktree].some((place) => folder.startsWith(place + sep)),
	);
	return areInRepo ? folders.map((folder) => relative(worktree, folder) || folder) : [...folders];
}

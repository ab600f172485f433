import { relative, sep } from 'node:path';
import type { RepoFacts } from '../../git/repo-facts.ts';

/**
 * The folders of sessions as an agent that starts in `folder` can open them: relative if all are in the repo, else absolute, so
 * that paths from one to another stay valid.
 */
export function readableFolders(
	folders: readonly string[],
	{ folder: start, worktree, root }: Pick<RepoFacts, 'folder' | 'worktree' | 'root'>,
): string[] {
	const areInRepo = folders.every((folder) =>
		[root, worktree].some((place) => folder.startsWith(place + sep)),
	);
	return areInRepo ? folders.map((folder) => relative(start, folder) || folder) : [...folders];
}

import type { RepoFacts } from '../git/contract.ts';
import { namedFolder, recordedFolder } from '../git/start-folder.ts';

/** `repo` as agents start in it at this moment: where its folder is gone, or leads elsewhere, at the worktree's root. */
export function presentPlace(repo: RepoFacts): RepoFacts {
	if (repo.folder === repo.worktree) return repo;
	return { ...repo, folder: namedFolder(recordedFolder(repo), repo) ?? repo.worktree };
}

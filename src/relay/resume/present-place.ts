import { namedFolder, recordedFolder } from '../../git/repo/start-folder.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';

/** `repo` as agents start in it now: at the worktree's root if its folder is gone or leads elsewhere. */
export function presentPlace(repo: RepoFacts): RepoFacts {
	if (repo.folder === repo.worktree) return repo;
	return { ...repo, folder: namedFolder(recordedFolder(repo), repo) ?? repo.worktree };
}

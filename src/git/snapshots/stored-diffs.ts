/** Diffs between trees that were recorded, for whoever only looks on. */
import { RelayError } from '../../core/errors.ts';
import { isObjectId } from '../git-output.ts';
import { isInGit, type RepoFacts, type Snapshots } from '../repo-facts.ts';
import type { Git } from '../run-git.ts';
import { readDiff } from './compare-trees.ts';
import { findSnapshotFolder } from './snapshot-folder.ts';
import { createSnapshotGit } from './snapshot-git.ts';

/**
 * Reads the store of the worktree as it is: nothing is made, marked or mended. `diff` throws RelayError where the trees are not there, or
 * not any more. `stateFolder`: `<stateHome>/agent-relay/snapshots`.
 */
export function createStoredDiffs(repo: RepoFacts, git: Git, stateFolder: string): Pick<Snapshots, 'diff'> {
	return {
		diff: async (before, after, options) => {
			const folder = isInGit(repo) ? findSnapshotFolder(repo, stateFolder) : null;
			if (!isInGit(repo) || folder === null || ![before, after].every(isObjectId))
				throw new RelayError('not_found', `There are no snapshots of ${repo.worktree}.`);
			const store = createSnapshotGit(git, repo, { ...folder, writeExcludes: () => undefined });
			return readDiff(store, before, after, options);
		},
	};
}

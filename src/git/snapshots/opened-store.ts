import { dirname } from 'node:path';
import { removeIfThere } from '../../core/files/write-file.ts';
import type { RepoInGit } from '../repo-facts.ts';
import type { Git } from '../run-git.ts';
import { prepareSnapshotFolder } from './snapshot-folder.ts';
import { createSnapshotGit, type SnapshotGit } from './snapshot-git.ts';
import { markUser, type UserProcesses } from './snapshot-users.ts';

export interface StoreOptions {
	git: Git;
	/** `<stateHome>/agent-relay/snapshots`. */
	stateFolder: string;
	/** Marks the store as used until it is released, so that nothing of it is removed meanwhile. */
	processes: UserProcesses;
}

export interface OpenedStore {
	store: SnapshotGit;
	/** It is not needed any more. */
	release(): void;
}

/** Opens the store of the worktree for reading; it is made if it is not there. `isWhole`: as `prepareSnapshotFolder` has it. */
export async function openSnapshotStore(
	repo: RepoInGit,
	{ git, stateFolder, processes }: StoreOptions,
	{ isWhole = false } = {},
): Promise<OpenedStore> {
	const folder = await prepareSnapshotFolder(repo, stateFolder, git, { isWhole });
	const mark = markUser(dirname(folder.gitDir), processes);
	return { store: createSnapshotGit(git, repo, folder), release: () => removeIfThere(mark) };
}

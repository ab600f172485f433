import { NO_PROGRAMS } from '../repo/named-programs.ts';
import type { RepoInGit } from '../repo-facts.ts';
import { type Git, type GitResult, type GitRunOptions, ISOLATED } from '../run-git.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** Git pointed at one snapshot folder. */
export interface SnapshotGit {
	repo: RepoInGit;
	folder: SnapshotFolder;
	/**
	 * Writes: sees only our own objects, so that it stores whatever it needs and touches nothing of the repo. Its git dir is our
	 * own, whose attributes name no filter: there is nothing to switch off.
	 */
	write(args: readonly string[], options: Partial<GitRunOptions>): Promise<GitResult>;
	/** Reads, with the repo's objects as alternates and without any user's config. */
	read(args: readonly string[], options?: Partial<GitRunOptions>): Promise<GitResult>;
}

/** Reading does not delay the next prompt; the cap only keeps a monstrous diff from hanging the relay. */
const READ_TIMEOUT_MS = 20_000;

export function createSnapshotGit(git: Git, repo: RepoInGit, folder: SnapshotFolder): SnapshotGit {
	const base = {
		GIT_DIR: folder.gitDir,
		GIT_WORK_TREE: folder.worktree,
		GIT_OBJECT_DIRECTORY: folder.objects,
		GIT_LITERAL_PATHSPECS: '1',
	};
	const reading = { ...base, ...ISOLATED, GIT_ALTERNATE_OBJECT_DIRECTORIES: folder.alternates };
	const cwd = folder.worktree;
	return {
		repo,
		folder,
		write: (args, options) =>
			git.run(args, { cwd, ...options, programs: NO_PROGRAMS, env: { ...base, ...options.env } }),
		read: (args, options = {}) =>
			git.run(args, { cwd, timeoutMs: READ_TIMEOUT_MS, ...options, env: { ...reading, ...options.env } }),
	};
}

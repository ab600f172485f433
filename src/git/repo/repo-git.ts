/**
 * Runs git on one repo given by explicit folders. Git never searches for a repo itself: a worktree that lost its `.git` file, or
 * had it replaced, must not lead to another repo above it.
 */
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import type { RepoFacts, RepoInGit } from '../repo-facts.ts';
import { type Git, type GitResult, type GitRunOptions, readProgramsOff } from '../run-git.ts';
import { findRecord } from './worktree-records.ts';

/** One worktree of the repo with the folder in which git keeps its HEAD and index. */
export interface Place {
	/** Absolute. */
	worktree: string;
	/** The common dir itself if git has no record of the worktree. */
	gitDir: string;
	isKnown: boolean;
}

export type RunInPlace = (args: readonly string[], options?: Partial<GitRunOptions>) => Promise<GitResult>;

export interface RepoGit {
	repo: RepoInGit;
	/** The checkout in which the relay was started: what relative names (`HEAD`) refer to. */
	here: Place;
	/** Runs git in the common dir: refs and objects, no work tree. */
	inRepo(args: readonly string[], options?: Partial<GitRunOptions>): Promise<GitResult>;
	/** Runs git in a worktree; it must be a folder. */
	at(place: Place, args: readonly string[], options?: Partial<GitRunOptions>): Promise<GitResult>;
	/** As `inPlace`, for several runs in a row: which programs to switch off is asked only once. */
	inARow(place: Place): Promise<RunInPlace>;
	/** Runs git in a repo inside a worktree (a submodule, a clone); never in an outer one. */
	nested(folder: string, args: readonly string[], options?: Partial<GitRunOptions>): Promise<GitResult>;
	/** RelayError `refused` when `worktree` is not a real folder (a link would lead elsewhere). `mayBeGone`: it need not exist. */
	placeOf(worktree: string, options?: { mayBeGone: boolean }): Place;
}

/** RelayError `refused` outside git, in a bare repo, in one whose main worktree is bare, and in one without a commit. */
export function createRepoGit(git: Git, facts: RepoFacts): RepoGit {
	const repo = requireCheckout(facts);
	const { commonDir } = repo;
	const here: Place = { worktree: repo.worktree, gitDir: repo.gitDir, isKnown: true };
	const run = async (args: readonly string[], options: GitRunOptions): Promise<GitResult> => {
		try {
			return await git.run(args, { ...options, env: { ...options.env, GIT_LITERAL_PATHSPECS: '1' } });
		} catch (error) {
			throw explainDisk(error);
		}
	};
	const at: RepoGit['at'] = (place, args, options = {}) =>
		run(args, { cwd: place.worktree, ...options, env: { ...envOf(place, commonDir), ...options.env } });
	return {
		repo,
		here,
		at,
		inRepo: (args, options = {}) =>
			run(args, { cwd: repo.root, ...options, env: { GIT_DIR: commonDir, ...options.env } }),
		inARow: async (place) => {
			const programs = await readProgramsOff(git, { cwd: place.worktree, env: envOf(place, commonDir) });
			return (args, options = {}) => at(place, args, { ...options, programs });
		},
		nested: (folder, args, options = {}) =>
			run(args, {
				cwd: folder,
				...options,
				env: { GIT_CEILING_DIRECTORIES: dirname(folder), ...options.env },
			}),
		placeOf: (worktree, { mayBeGone } = { mayBeGone: false }) => {
			refuseNoFolder(worktree, mayBeGone);
			if (worktree === here.worktree) return here;
			if (worktree === repo.root) return { worktree, gitDir: commonDir, isKnown: true };
			const record = findRecord(commonDir, worktree);
			return { worktree, gitDir: record?.folder ?? commonDir, isKnown: record !== null };
		},
	};
}

function envOf({ gitDir, worktree }: Place, commonDir: string): Record<string, string> {
	const env = { GIT_DIR: gitDir, GIT_WORK_TREE: worktree };
	return gitDir === commonDir ? env : { ...env, GIT_COMMON_DIR: commonDir };
}

function requireCheckout(facts: RepoFacts): RepoInGit {
	const { kind, commonDir, gitDir, root, head } = facts;
	if (kind === 'none' || commonDir === null || gitDir === null)
		throw new RelayError('refused', `${root} is not in a git repo; a race needs one`, {
			hint: 'create one: git init && git add -A && git commit -m "Start"',
		});
	if (kind === 'bare' || root === commonDir)
		throw new RelayError('refused', `the repo ${commonDir} is bare; a race needs a main checkout`, {
			hint: 'use an ordinary clone of it',
		});
	if (head === null)
		throw new RelayError('refused', `the repo ${root} has no commit here yet; a race starts from one`, {
			hint: 'make the first commit: git add -A && git commit -m "Start"',
		});
	return { ...facts, commonDir, gitDir };
}

function refuseNoFolder(worktree: string, mayBeGone: boolean): void {
	const found = lstatSync(worktree, { throwIfNoEntry: false });
	if (found?.isDirectory() || (found === undefined && mayBeGone)) return;
	const what =
		found === undefined ? 'is gone' : found.isSymbolicLink() ? 'is a symbolic link' : 'is not a folder';
	throw new RelayError('refused', `the worktree ${worktree} ${what}`);
}

/** Git reports a full or read-only disk only in words (`LC_ALL=C`). Any other error is returned unchanged. */
export function explainDisk(error: unknown): unknown {
	if (!(error instanceof RelayError) || error.code !== 'git_failed') return error;
	const said = String(error.cause);
	if (/No space left on device|Out of diskspace|Disk quota exceeded/.test(said)) return diskFull(error);
	if (/Read-only file system|Permission denied/.test(said))
		return new RelayError('not_writable', error.message, {
			hint: 'check who owns the folder and whether its disk is mounted read-only',
			cause: error,
		});
	return error;
}

export function diskFull(cause: RelayError): RelayError {
	return new RelayError('disk_full', `no space left: ${cause.message}`, {
		hint: 'free some space on that disk; what was recorded before is intact',
		cause,
	});
}

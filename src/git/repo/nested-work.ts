/**
 * Work inside a worktree that is in repos of their own (submodules, clones) or in the folder of an unfilled submodule: git keeps
 * none of it with the worktree's files. Reads only; when in doubt, it counts as work.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { namesIn } from '../../core/files/folders.ts';
import { GITLINK_MODE } from '../commits/tree-edits.ts';
import { firstLineOf, nulFields } from '../git-output.ts';
import type { GitResult, GitRunOptions } from '../run-git.ts';
import type { NestedWork } from '../worktrees/worktree-types.ts';
import { nestedHead, readFolderContents } from './nested-repos.ts';
import type { Place, RepoGit } from './repo-git.ts';

/**
 * `base`: the commit the worktree began with; what it records of submodules is not work. `nested`: folders of repos inside,
 * relative, as found by reading the whole worktree; null: only submodules (including those of `now`) and `also` are checked.
 */
export async function findNestedWork(
	git: RepoGit,
	place: Place,
	options: { base: string; now: string; nested: readonly string[] | null; also?: readonly string[] },
): Promise<NestedWork[]> {
	const { worktree } = place;
	const recorded = await submodulesOf(git, options.base);
	const submodules = [...new Set([...recorded.keys(), ...(await submodulesOf(git, options.now)).keys()])];
	const own = submodules.filter((path) => isOwnFolder(worktree, path));
	const unfilled = own.filter((path) => !isRepo(join(worktree, path)));
	const repos = options.nested ?? reposAt(worktree, [...own, ...(options.also ?? [])]);
	const found = unfilled.map((path): NestedWork => {
		const { files } = readFolderContents(join(worktree, path));
		return { path, commits: 0, files, isUnfilled: true, isUnknown: false };
	});
	for (const path of repos) found.push(await workIn(git, place, path, recorded.get(path) ?? null));
	return found
		.filter(({ commits, files, isUnknown }) => commits > 0 || files > 0 || isUnknown)
		.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Path -> commit, as recorded in the tree of `commit`. */
async function submodulesOf(git: RepoGit, commit: string): Promise<Map<string, string>> {
	const { stdout } = await git.inRepo(['ls-tree', '-r', '-z', '--full-tree', commit]);
	const lines = nulFields(stdout).filter((line) => line.startsWith(`${GITLINK_MODE} `));
	return new Map(
		lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.split('\t', 1)[0]?.split(' ')[2] ?? '']),
	);
}

/** True for a folder of the worktree itself, reached through no link. */
function isOwnFolder(worktree: string, path: string): boolean {
	const full = join(worktree, path);
	if (!lstatSync(full, { throwIfNoEntry: false })?.isDirectory()) return false;
	return realpathSync(full) === join(realpathSync(worktree), path);
}

const isRepo = (folder: string) => lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined;

/** The `paths` that are repos, and the repos inside them. */
function reposAt(worktree: string, paths: readonly string[]): string[] {
	const repos = [...new Set(paths)].filter(
		(path) => isOwnFolder(worktree, path) && isRepo(join(worktree, path)),
	);
	const inside = repos.flatMap((path) =>
		readFolderContents(join(worktree, path)).nested.map((below) => `${path}/${below}`),
	);
	return [...new Set([...repos, ...inside])];
}

const MAX_STATUS_BYTES = 1024 * 1024;

async function workIn(git: RepoGit, place: Place, path: string, known: string | null): Promise<NestedWork> {
	const folder = join(place.worktree, path);
	const work: NestedWork = { path, commits: 0, files: 0, isUnfilled: false, isUnknown: false };
	try {
		if ((await nestedHead(git, folder)) === null) return { ...work, isUnknown: true };
		const status = [
			'status',
			'--porcelain',
			'-z',
			'--no-renames',
			'--untracked-files=all',
			'--ignore-submodules=dirty',
		];
		const dirty = await git.nested(folder, status, { maxBytes: MAX_STATUS_BYTES });
		const runIn =
			(there: string): RunIn =>
			(args, options) =>
				git.nested(there, args, options);
		const commits = await ownCommits(runIn(folder), known);
		const other = join(git.here.worktree, path);
		const isOther = other !== folder && isRepo(other);
		const isElsewhere = commits > 0 && isOther && (await isKeptIn(runIn(other), runIn(folder)));
		return { ...work, commits: isElsewhere ? 0 : commits, files: nulFields(dirty.stdout).length };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return { ...work, isUnknown: true };
	}
}

type RunIn = (args: readonly string[], options?: Partial<GitRunOptions>) => Promise<GitResult>;

/** Commits of its HEAD, branches and stash that neither a remote nor `known`, the commit recorded by the outer repo, has. */
async function ownCommits(run: RunIn, known: string | null): Promise<number> {
	const tips = ['HEAD', '--branches', '--glob=refs/stash'];
	const excluded = ['--not', '--remotes', ...(known === null ? [] : [known])];
	const answer = await run(['rev-list', '--ignore-missing', '--count', ...tips, ...excluded]);
	return Number.parseInt(firstLineOf(answer.stdout), 10) || 0;
}

/** True if refs of `other` hold everything that HEAD, branches and stash of `run` do. */
async function isKeptIn(other: RunIn, run: RunIn): Promise<boolean> {
	const lists = [
		['for-each-ref', '--format=%(objectname)', 'refs/heads', 'refs/stash'],
		['rev-parse', 'HEAD'],
	];
	const listed = await Promise.all(lists.map(async (args) => (await run(args)).stdout.toString('latin1')));
	const tips = new Set(listed.join('\n').split('\n').filter(Boolean));
	for (const tip of tips) {
		const answer = await other(['rev-list', '-n', '1', tip, '--not', '--all'], { allowExit: [128] });
		if (answer.exitCode !== 0 || answer.stdout.length > 0) return false;
	}
	return true;
}

/**
 * Commits in repos of submodules in git's own record of the worktree: they are removed with it, even if their folders in the
 * worktree, or the worktree itself, are already gone.
 */
export async function findWorkInRecord(
	git: RepoGit,
	{ gitDir, isKnown }: Place,
	base: string,
): Promise<NestedWork[]> {
	const { commonDir } = git.repo;
	if (!isKnown || gitDir === commonDir) return [];
	const home = join(gitDir, 'modules');
	const names = gitDirsBelow(home);
	if (names.length === 0) return [];
	const recorded = await submodulesOf(git, base);
	const found: NestedWork[] = [];
	for (const path of names) {
		const work: NestedWork = { path, commits: 0, files: 0, isUnfilled: false, isUnknown: false };
		// The work tree that its config names may be gone, and git would not start without it.
		const runIn =
			(folder: string): RunIn =>
			(args, options) =>
				git.inRepo(args, { ...options, env: { GIT_DIR: folder, GIT_WORK_TREE: git.repo.root } });
		const run = runIn(join(home, path));
		try {
			const commits = await ownCommits(run, recorded.get(path) ?? null);
			const shared = join(commonDir, 'modules', path);
			const isElsewhere = commits > 0 && isGitDir(shared) && (await isKeptIn(runIn(shared), run));
			if (commits > 0 && !isElsewhere) found.push({ ...work, commits });
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			found.push({ ...work, isUnknown: true });
		}
	}
	return found;
}

const isGitDir = (folder: string) =>
	['HEAD', 'objects'].every((name) => lstatSync(join(folder, name), { throwIfNoEntry: false }));

/** Relative paths, including those inside another one's `modules`. */
function gitDirsBelow(home: string, below = ''): string[] {
	return namesIn(join(home, below), 'EACCES').flatMap((name) => {
		const path = below === '' ? name : `${below}/${name}`;
		const folder = join(home, path);
		if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
		return isGitDir(folder) ? [path, ...gitDirsBelow(home, `${path}/modules`)] : gitDirsBelow(home, path);
	});
}

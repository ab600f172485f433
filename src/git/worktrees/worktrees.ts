/** Wires `Worktrees` of one repo (`worktree-types.ts`) from the other files of this folder. */
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { firstLineOf, isObjectId, nulFields } from '../git-output.ts';
import { findNestedWork } from '../repo/nested-work.ts';
import { createRepoGit, type Place, type RepoGit } from '../repo/repo-git.ts';
import { findRecord, isPrunable, readRecords, removeEmpty } from '../repo/worktree-records.ts';
import type { RepoFacts } from '../repo-facts.ts';
import type { Git } from '../run-git.ts';
import { addWorktree, type InTurn } from './add-worktree.ts';
import { keepFiles } from './keep-files.ts';
import { removeWorktree } from './remove-worktree.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { readSharedParts } from './shared-parts.ts';
import { readLosses } from './worktree-losses.ts';
import type { WorktreeEntry, Worktrees } from './worktree-types.ts';

export interface WorktreesOptions {
	/** The repo the relay was started in; its `worktree` is the main checkout of a race, even if it is a linked one. */
	repo: RepoFacts;
	git: Git;
	/** For temporary indexes. Absolute, outside the repo; created when needed. */
	scratchFolder: string;
	clock: { now(): number };
}

/** RelayError `refused` if a race is impossible: outside git, bare, main worktree bare, no commit yet. */
export function createWorktrees({ repo, git: runner, scratchFolder, clock }: WorktreesOptions): Worktrees {
	const git = createRepoGit(runner, repo);
	const { commonDir } = git.repo;
	const inTurn = oneAtATime();
	const withScratch = <T>(action: (folder: string) => Promise<T>) =>
		withScratchFolder(scratchFolder, clock.now(), action);
	return {
		resolveCommit: (ref) => resolveCommit(git, ref),
		dirtyPaths: (worktree, limit) => dirtyPaths(git, git.placeOf(worktree), limit),
		commitFiles: async (worktree, options) => {
			const place = git.placeOf(worktree);
			return withScratch((scratch) => keepFiles(git, place, { ...options, scratch }));
		},
		add: (worktree) => addWorktree(git, worktree, inTurn),
		remove: (worktree) => removeWorktree(git, worktree),
		nestedWork: async (worktree, { base, now, also }) =>
			findNestedWork(git, git.placeOf(worktree), { base, now, nested: null, also }),
		losses: async (worktree, kept, base) => {
			const place = git.placeOf(worktree, { mayBeGone: true });
			return withScratch((scratch) => readLosses(git, place, { kept, base, scratch }));
		},
		list: () => listWorktrees(git),
		headOf: async (worktree) => headOf(git, gitDirOf(git, worktree)),
		setRef: async (ref, commit) => {
			await git.inRepo(['-c', 'core.logAllRefUpdates=false', 'update-ref', ref, commit]);
		},
		dropRef: async (ref) => {
			await git.inRepo(['update-ref', '-d', ref]);
			removeEmptyAbove(commonDir, ref);
		},
		refs: (prefix) => readRefs(git, prefix),
		sharedParts: () => withScratch((scratch) => readSharedParts(git, scratch)),
	};
}

function oneAtATime(): InTurn {
	let last: Promise<unknown> = Promise.resolve();
	return (action) => {
		const next = last.then(action);
		last = next.catch(() => undefined);
		return next;
	};
}

async function resolveCommit(git: RepoGit, ref: string): Promise<string> {
	const isName = ref !== '' && !ref.startsWith('-');
	const answer = isName
		? await git.at(git.here, ['rev-parse', '-q', '--verify', `${ref}^{commit}`], { allowExit: [1, 128] })
		: null;
	const id = answer === null ? '' : firstLineOf(answer.stdout);
	if (isObjectId(id)) return id;
	throw new RelayError('not_found', `no commit ${JSON.stringify(ref)} in ${git.repo.root}`, {
		hint: 'name a branch, a tag or a commit: git log --oneline',
	});
}

async function dirtyPaths(git: RepoGit, place: Place, limit: number): Promise<string[]> {
	const options = ['--untracked-files=all', '--no-renames', '--ignore-submodules=dirty'];
	const { stdout } = await git.at(place, ['status', '--porcelain', '-z', ...options]);
	return nulFields(stdout)
		.slice(0, limit)
		.map((line) => line.slice(3));
}

/** null when git has no record of the worktree. */
function gitDirOf(git: RepoGit, worktree: string): string | null {
	const { here, repo } = git;
	if (worktree === here.worktree) return here.gitDir;
	if (worktree === repo.root) return repo.commonDir;
	return findRecord(repo.commonDir, worktree)?.folder ?? null;
}

async function headOf(git: RepoGit, gitDir: string | null) {
	if (gitDir === null) return { commit: null, branch: null };
	const env = {
		GIT_DIR: gitDir,
		...(gitDir === git.repo.commonDir ? {} : { GIT_COMMON_DIR: git.repo.commonDir }),
	};
	const allowExit = [1, 128];
	const [commit, branch] = await Promise.all([
		git.inRepo(['rev-parse', '-q', '--verify', 'HEAD^{commit}'], { env, allowExit }),
		git.inRepo(['symbolic-ref', '-q', 'HEAD'], { env, allowExit }),
	]);
	const id = firstLineOf(commit.stdout);
	return { commit: isObjectId(id) ? id : null, branch: firstLineOf(branch.stdout) || null };
}

/** The main worktree first. Records that lost their path in a removal are left out. */
async function listWorktrees(git: RepoGit): Promise<WorktreeEntry[]> {
	const { root, commonDir } = git.repo;
	const main = { path: root, folder: commonDir, lockReason: null, isPrunable: false };
	const linked = readRecords(commonDir).flatMap((record) =>
		record.path === null ? [] : [{ ...record, path: record.path, isPrunable: isPrunable(record) }],
	);
	return Promise.all(
		[main, ...linked].map(async ({ path, folder, lockReason, isPrunable: prunable }) => {
			const head = await headOf(git, folder);
			return { path, head: head.commit, branch: head.branch, lockReason, isPrunable: prunable };
		}),
	);
}

async function readRefs(git: RepoGit, prefix: string): Promise<Map<string, string>> {
	const { stdout } = await git.inRepo(['for-each-ref', '--format=%(objectname) %(refname)', prefix]);
	const lines = stdout
		.toString('utf8')
		.split('\n')
		.filter((line) => line !== '');
	return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
}

/** Removes the empty `refs/agent-relay` that git leaves when the last ref below it is deleted. */
function removeEmptyAbove(commonDir: string, ref: string): void {
	const parts = ref.split('/');
	for (let depth = parts.length - 1; depth > 1; depth--)
		if (!removeEmpty(join(commonDir, ...parts.slice(0, depth)))) return;
}

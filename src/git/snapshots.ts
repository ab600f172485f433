/**
 * Tree snapshots of a worktree. Everything is written to a git dir of our own; the repo's `.git` is only read: blobs and
 * trees are stored without a look at the repo's objects (git would touch the times of those it finds there), and only
 * reading commands see them as alternates.
 */
import type { Clock } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { keepBlobs, listChanges, readDiff } from './compare-trees.ts';
import type { FileChange, RepoFacts, Snapshot, Snapshots } from './contract.ts';
import { type Git, GitTimeout } from './run-git.ts';
import { prepareSnapshotFolder, type RepoInGit } from './snapshot-folder.ts';
import { createSnapshotGit, type SnapshotGit } from './snapshot-git.ts';
import { removeStrays } from './snapshot-index.ts';
import { takeSnapshot } from './take-snapshot.ts';

export interface SnapshotsOptions {
	repo: RepoFacts;
	git: Git;
	/** `<stateHome>/agent-relay/snapshots`. */
	stateFolder: string;
	clock: Clock;
	/** A repo that needs more time has no snapshots for the rest of this object's life. */
	budgetMs?: number;
}

const BUDGET_MS = 2_000;
export function createSnapshots(options: SnapshotsOptions): Snapshots {
	const { repo, git, clock, stateFolder } = options;
	const budgetMs = options.budgetMs ?? BUDGET_MS;
	if (!isInGit(repo)) return noSnapshots(repo);
	let unavailable: string | null = null;
	let prepared: Promise<SnapshotGit> | null = null;
	const store = () => {
		prepared ??= openStore(repo, stateFolder, git, clock);
		return prepared;
	};

	const take = async (): Promise<Snapshot> => {
		const start = clock.monotonic();
		const tookMs = () => clock.monotonic() - start;
		const left = () => Math.max(1, Math.ceil(budgetMs - tookMs()));
		if (unavailable !== null) return { tree: null, skipped: [], tookMs: 0, unavailable };
		try {
			return { ...(await takeSnapshot(await store(), left)), tookMs: tookMs(), unavailable: null };
		} catch (error) {
			if (!(error instanceof RelayError) && !isSystemError(error)) throw error;
			prepared = null;
			if (error instanceof GitTimeout) unavailable = `a snapshot needs more than ${budgetMs} ms here`;
			return { tree: null, skipped: [], tookMs: tookMs(), unavailable: unavailable ?? error.message };
		}
	};

	let keeping: Promise<unknown> = Promise.resolve();
	const compare = async (before: string, after: string): Promise<FileChange[]> => {
		const opened = await store();
		const changes = await listChanges(opened, before, after);
		keeping = Promise.all([keeping, keepBlobs(opened, changes).catch(() => undefined)]);
		return changes.map(({ oldId: _old, newId: _new, ...change }) => change);
	};
	/** A hand-over asks again for what the turn has just asked for, and trees never change. */
	let newest: { pair: string; changes: Promise<FileChange[]> } | null = null;

	return {
		take,
		changes: async (before, after) => {
			checkTrees(before, after);
			if (before === after) return [];
			const pair = `${before} ${after}`;
			if (newest?.pair === pair) return newest.changes;
			const asked = { pair, changes: compare(before, after) };
			newest = asked;
			asked.changes.catch(() => {
				if (newest === asked) newest = null;
			});
			return asked.changes;
		},
		diff: async (before, after, diffOptions) => {
			checkTrees(before, after);
			return before === after ? '' : readDiff(await store(), before, after, diffOptions);
		},
		settled: async () => {
			await keeping;
		},
	};
}

async function openStore(repo: RepoInGit, stateFolder: string, git: Git, clock: Clock): Promise<SnapshotGit> {
	const folder = await prepareSnapshotFolder(repo, stateFolder, git);
	removeStrays(folder, clock.now());
	return createSnapshotGit(git, repo, folder);
}

function checkTrees(...trees: string[]): void {
	for (const tree of trees)
		if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(tree))
			throw new RelayError('damaged_record', `${JSON.stringify(tree.slice(0, 80))} is no tree id`);
}

function isInGit(repo: RepoFacts): repo is RepoInGit {
	return repo.kind === 'worktree' && repo.commonDir !== null && repo.gitDir !== null;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && 'code' in error && 'syscall' in error;
}

function noSnapshots(repo: RepoFacts): Snapshots {
	const unavailable = repo.kind === 'bare' ? 'a bare repo has no files' : 'not a git repo';
	const refuse = async () => {
		throw new RelayError('not_found', `there are no snapshots of ${repo.root}: ${unavailable}`);
	};
	return {
		take: async () => ({ tree: null, skipped: [], tookMs: 0, unavailable }),
		changes: refuse,
		diff: refuse,
		settled: async () => undefined,
	};
}

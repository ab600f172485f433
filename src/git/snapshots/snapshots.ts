/**
 * Takes tree snapshots of a worktree. Everything is written to a git dir of our own; the repo's `.git` is only read: blobs and
 * trees are stored without looking at the repo's objects (git would touch the times of those it finds there), and only reading
 * commands see them as alternates.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { removeIfThere } from '../../core/files/write-file.ts';
import { safeLine } from '../../core/text.ts';
import {
	type FileChange,
	isInGit,
	type RepoFacts,
	type RepoInGit,
	type Snapshot,
	type Snapshots,
} from '../repo-facts.ts';
import { type Git, GitTimeout } from '../run-git.ts';
import { keepBlobs, listChanges, readDiff } from './compare-trees.ts';
import { leaveOutLarge } from './large-files.ts';
import { boundSnapshots, removeCutOff } from './snapshot-bounds.ts';
import { prepareSnapshotFolder } from './snapshot-folder.ts';
import { createSnapshotGit, type SnapshotGit } from './snapshot-git.ts';
import { removeStrays } from './snapshot-index.ts';
import { isInUse, markUser, type UserProcesses } from './snapshot-users.ts';
import { type Storing, takeSnapshot } from './take-snapshot.ts';

export interface SnapshotsOptions {
	repo: RepoFacts;
	git: Git;
	/** `<stateHome>/agent-relay/snapshots`. */
	stateFolder: string;
	clock: Clock;
	/** A take that needs more time is cut off; the second attempt of a patient one may need four times as much. */
	budgetMs?: number;
	/** Marks the snapshots as used, and keeps all of them within bounds. Default: neither. */
	processes?: UserProcesses;
}

const BUDGET_MS = 2_000;
const PATIENCE = 4;
/** A busy machine makes one take slow; after this many in a row the repo itself is too large. */
const SLOW_IN_A_ROW = 3;
/** How long takes then pause, in case it was the machine after all. */
const REST_MS = 10 * 60_000;

export function createSnapshots(options: SnapshotsOptions): Snapshots {
	const { repo, git, clock, stateFolder, processes } = options;
	const budgetMs = options.budgetMs ?? BUDGET_MS;
	if (!isInGit(repo)) return noSnapshots(repo);
	let prepared: Promise<SnapshotGit> | null = null;
	let mark: string | null = null;
	/** `isWhole`: no part of it is known to be missing. */
	const store = ({ isWhole = true } = {}) => {
		prepared ??= openStore({ repo, stateFolder, git, clock, isWhole }).then((opened) => {
			if (processes && (mark === null || !existsSync(mark))) mark = markUser(homeOf(opened), processes);
			return opened;
		});
		return prepared;
	};
	/** Removes what git has written of a large file; only while nobody else takes is its owner certain. */
	const removeOwnRest = async () => {
		const home = await prepared?.then(homeOf);
		if (processes && home && mark && !isInUse(home, processes, clock.now(), mark)) removeCutOff(home);
	};
	/** Large untracked files, by name, to leave out from the next take on; none if git cannot list them. */
	const leaveOut = async (): Promise<string[]> => {
		try {
			return prepared === null ? [] : await leaveOutLarge(await prepared);
		} catch (error) {
			if (!isExpected(error)) throw error;
			return [];
		}
	};
	const storing: Storing = { isPacked: false, onCut: () => removeOwnRest().catch(() => undefined) };
	const slow = { inARow: 0, lastAt: 0 };
	const isResting = () => slow.inARow >= SLOW_IN_A_ROW && clock.monotonic() - slow.lastAt < REST_MS;

	/** One that nobody waits for any more may still write to the store. */
	let taking: Promise<unknown> = Promise.resolve();
	const take: Snapshots['take'] = (options = {}) => {
		const taken = takeNow(options);
		taking = Promise.all([taking, taken.catch(() => undefined)]);
		return taken;
	};
	const takeNow = async ({ isPatient = false, onSlow }: TakeOptions): Promise<Snapshot> => {
		const { isCut, ...snapshot } = await takeWithin(budgetMs);
		if (!isCut || !isPatient) return snapshot;
		onSlow?.();
		const { isCut: _, ...second } = await takeWithin(PATIENCE * budgetMs);
		return second;
	};
	const takeWithin = async (allowedMs: number): Promise<Snapshot & { isCut: boolean }> => {
		const start = clock.monotonic();
		const tookMs = () => clock.monotonic() - start;
		const left = () => Math.max(1, Math.ceil(allowedMs - tookMs()));
		const unavailable = `a snapshot needs more than ${allowedMs} ms here`;
		if (isResting()) return { tree: null, skipped: [], tookMs: 0, unavailable, isCut: false };
		try {
			const taken = await takePrepared(left);
			slow.inARow = 0;
			return { ...taken, tookMs: tookMs(), unavailable: null, isCut: false };
		} catch (error) {
			if (!isExpected(error)) throw error;
			const isSlow = error instanceof GitTimeout;
			if (isSlow) await removeOwnRest().catch(() => undefined);
			const leftOut = isSlow ? await leaveOut() : [];
			prepared = null;
			// The next take does not meet what made this one slow.
			if (isSlow && leftOut.length === 0 && allowedMs === budgetMs)
				Object.assign(slow, { inARow: slow.inARow + 1, lastAt: clock.monotonic() });
			const why = isSlow ? unavailable + describeLeftOut(leftOut) : error.message;
			return { tree: null, skipped: [], tookMs: tookMs(), unavailable: why, isCut: isSlow };
		}
	};

	/** Reopens, once, a store that was emptied or removed, in part or since it was opened. */
	const takePrepared = async (left: () => number) => {
		const isOld = prepared !== null;
		const opened = await store();
		try {
			return await takeSnapshot(opened, left, storing);
		} catch (error) {
			const mayLack = isOld || opened.folder.isTakenAsMade;
			if (!mayLack || error instanceof GitTimeout || !isExpected(error)) throw error;
			prepared = null;
			return takeSnapshot(await store({ isWhole: false }), left, storing);
		}
	};

	/** A question that the store cannot answer becomes a RelayError, and a damaged store is mended for the next take. */
	const reading = async <T>(
		trees: readonly string[],
		read: (opened: SnapshotGit) => Promise<T>,
	): Promise<T> => {
		try {
			return await read(await store());
		} catch (error) {
			if (!isExpected(error)) throw error;
			const opened = prepared;
			prepared = null;
			if (!(error instanceof GitTimeout))
				await opened?.then(
					async ({ folder }) => (await import('./snapshot-damage.ts')).dropDamage(folder, trees),
					() => undefined,
				);
			if (error instanceof RelayError) throw error;
			throw new RelayError('git_failed', error.message, { cause: error });
		}
	};

	let keeping: Promise<unknown> = Promise.resolve();
	const compare = (before: string, after: string): Promise<FileChange[]> =>
		reading([before, after], async (opened) => {
			const changes = await listChanges(opened, before, after);
			keeping = Promise.all([keeping, keepBlobs(opened, changes).catch(() => undefined)]);
			return changes.map(({ oldId: _old, newId: _new, ...change }) => change);
		});
	/** Cached: a hand-over asks again for what the turn has just asked for, and trees never change. */
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
			if (before === after) return '';
			return reading([before, after], (opened) => readDiff(opened, before, after, diffOptions));
		},
		settled: async () => {
			await Promise.all([taking, keeping]);
		},
		release: () => {
			if (!processes || mark === null) return;
			try {
				removeIfThere(mark);
				boundSnapshots(stateFolder, { processes, now: clock.now() });
			} catch (error) {
				// A failed clean-up must not fail the caller.
				if (!isExpected(error)) throw error;
			}
			mark = null;
		},
	};
}

type TakeOptions = Parameters<Snapshots['take']>[0] & {};

const SHOWN_PATHS = 3;

function describeLeftOut(paths: readonly string[]): string {
	const rest = paths.length - SHOWN_PATHS;
	const named = paths.slice(0, SHOWN_PATHS).map((path) => safeLine(path, 80));
	if (named.length === 0) return '';
	return `; large untracked files are left out from now on: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

const homeOf = ({ folder }: SnapshotGit) => dirname(folder.gitDir);

async function openStore({
	repo,
	stateFolder,
	git,
	clock,
	isWhole,
}: Pick<SnapshotsOptions, 'stateFolder' | 'git' | 'clock'> & {
	repo: RepoInGit;
	isWhole: boolean;
}): Promise<SnapshotGit> {
	const folder = await prepareSnapshotFolder(repo, stateFolder, git, { isWhole });
	removeStrays(folder, clock.now());
	return createSnapshotGit(git, repo, folder);
}

function checkTrees(...trees: string[]): void {
	for (const tree of trees)
		if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(tree))
			throw new RelayError('damaged_record', `${JSON.stringify(tree.slice(0, 80))} is not a tree id`);
}

/** True for errors of git or the disk, as opposed to bugs of ours. */
function isExpected(error: unknown): error is Error {
	return error instanceof RelayError || isSystemError(error);
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
		release: () => undefined,
	};
}

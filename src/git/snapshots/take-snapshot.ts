import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { removeIfThere } from '../../core/files/write-file.ts';
import { embeddedWithoutCommit, unreadablePaths } from '../add-complaints.ts';
import type { Snapshot } from '../repo-facts.ts';
import { type GitResult, GitTimeout } from '../run-git.ts';
import { readEmbedded, writeEmbedded } from './embedded-repos.ts';
import { knownTree, rememberTree } from './known-tree.ts';
import { readLarge } from './large-files.ts';
import type { SnapshotGit } from './snapshot-git.ts';
import { draftIndex, dropIndex, type IndexDraft, keepIndex } from './snapshot-index.ts';

type Taken = Pick<Snapshot, 'tree' | 'skipped'>;

/** Milliseconds until the take must be over, at least 1. */
type TimeLeft = () => number;

/** How new contents are stored, in all takes of one relay. */
export interface Storing {
	/** In one pack: the first attempt of an earlier take was cut off. */
	isPacked: boolean;
	/** Called when an attempt was cut off, which may leave a part of an object. */
	onCut(): Promise<void>;
}

/**
 * Most takes store a few objects, each in a file of its own. Thousands of files are made many times faster in one pack, but a pack
 * for each take would make every later look slower, so that is for takes which last longer than this.
 */
const LOOSE_MS = 400;
/** With so many files to hash anew, the pack is made at once. */
const MANY = 500;

/** The tree of the worktree as it is now. Throws `GitTimeout` when the time is over, `git_failed` when git fails. */
export async function takeSnapshot(store: SnapshotGit, left: TimeLeft, storing: Storing): Promise<Taken> {
	try {
		return await takeOnce(store, left, { storing, isFresh: false });
	} catch (error) {
		// A damaged index, a pruned object, a stale cache: a fresh index mends them all.
		if (!(error instanceof RelayError) || error instanceof GitTimeout) throw error;
		return takeOnce(store, left, { storing, isFresh: true });
	}
}

async function takeOnce(
	store: SnapshotGit,
	left: TimeLeft,
	{ storing, isFresh }: { storing: Storing; isFresh: boolean },
): Promise<Taken> {
	const draft = await draftIndex(
		store.folder,
		store.repo,
		(args, input) => store.read(args, { input, timeoutMs: left() }),
		isFresh,
	);
	try {
		const taken = await fillIndex(store, draft, { left, storing });
		keepIndex(store.folder, draft);
		return taken;
	} finally {
		dropIndex(draft);
	}
}

async function fillIndex(
	store: SnapshotGit,
	draft: IndexDraft,
	{ left, storing }: { left: TimeLeft; storing: Storing },
): Promise<Taken> {
	const { folder } = store;
	const write: Write = (args, options = {}) =>
		store.write(args, { timeoutMs: left(), ...options, env: { GIT_INDEX_FILE: draft.path } });
	const remove = async (paths: readonly string[]) => {
		if (paths.length > 0)
			await write(['update-index', '--force-remove', '-z', '--stdin'], { input: `${paths.join('\0')}\0` });
	};

	const embeddedBefore = readEmbedded(folder);
	let embedded = union(embeddedBefore, draft.embedded).filter((path) => isRepo(join(folder.worktree, path)));
	const large = readLarge(folder);
	folder.writeExcludes([...embedded, ...large]);
	await remove(draft.remove);
	const added = await addAll(write, draft, { left, storing });
	const unborn = embeddedWithoutCommit(added.stderr);
	if (draft.from === 'empty' || EMBEDDED.test(added.stderr) || unborn.length > 0) {
		// If it stayed, the next take would make git compare it, with programs named by that repo's own config.
		const found = gitlinksIn((await write(['ls-files', '-s', '-z'])).stdout);
		await remove(found);
		embedded = union(embedded, union(found, unborn));
		folder.writeExcludes([...embedded, ...large]);
	}
	if (embedded.join('\0') !== embeddedBefore.join('\0')) writeEmbedded(folder, embedded);
	const unreadable = unreadablePaths(added.stderr);
	const skipped = union(union(embedded, unreadable), large);
	const known = knownTree(folder, draft.path);
	if (known !== null) return { tree: known, skipped };
	const written = await write(['write-tree', '--missing-ok']);
	const tree = written.stdout.toString('latin1').trim();
	rememberTree(folder, draft.path, tree);
	return { tree, skipped };
}

type Write = (
	args: readonly string[],
	options?: { allowExit?: number[]; input?: string; timeoutMs?: number },
) => Promise<GitResult>;

const ADD = ['add', '-A', '--ignore-errors'];
/** What exceeds the threshold goes into one pack for the whole run. */
const PACKED = ['-c', 'core.bigFileThreshold=0', '-c', 'pack.compression=1'];

async function addAll(
	write: Write,
	draft: IndexDraft,
	{ left, storing }: { left: TimeLeft; storing: Storing },
): Promise<GitResult> {
	const add = (args: readonly string[], timeoutMs: number) => write(args, { allowExit: [1], timeoutMs });
	const isMany = draft.from === 'empty' || draft.remove.length >= MANY;
	const time = left();
	if (!storing.isPacked && !isMany) {
		try {
			return await add(ADD, Math.min(LOOSE_MS, time));
		} catch (error) {
			if (!(error instanceof GitTimeout) || time <= LOOSE_MS) throw error;
			storing.isPacked = true;
			removeIfThere(`${draft.path}.lock`);
			await storing.onCut();
		}
	}
	return add([...PACKED, ...ADD], left());
}

const EMBEDDED = /^warning: adding embedded git repository: /m;

function gitlinksIn(listing: Buffer): string[] {
	const records = listing.toString('utf8').split('\0');
	return records
		.filter((line) => line.startsWith('160000 '))
		.map((line) => line.slice(line.indexOf('\t') + 1));
}

function union(a: readonly string[], b: readonly string[]): string[] {
	return [...new Set([...a, ...b])].sort();
}

function isRepo(path: string): boolean {
	return lstatSync(join(path, '.git'), { throwIfNoEntry: false }) !== undefined;
}

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { embeddedWithoutCommit, unreadablePaths } from '../add-complaints.ts';
import type { Snapshot } from '../repo-facts.ts';
import { GitTimeout } from '../run-git.ts';
import { readEmbedded, writeEmbedded } from './embedded-repos.ts';
import { knownTree, rememberTree } from './known-tree.ts';
import { readLarge } from './large-files.ts';
import type { SnapshotGit } from './snapshot-git.ts';
import { draftIndex, dropIndex, type IndexDraft, keepIndex } from './snapshot-index.ts';

type Taken = Pick<Snapshot, 'tree' | 'skipped'>;

/** Milliseconds until the take must be over, at least 1. */
type TimeLeft = () => number;

/** The tree of the worktree as it is now. Throws `GitTimeout` when the time is over, `git_failed` when git fails. */
export async function takeSnapshot(store: SnapshotGit, left: TimeLeft): Promise<Taken> {
	try {
		return await takeOnce(store, left, false);
	} catch (error) {
		// A damaged index, a pruned object, a stale cache: a fresh index mends them all.
		if (!(error instanceof RelayError) || error instanceof GitTimeout) throw error;
		return takeOnce(store, left, true);
	}
}

async function takeOnce(store: SnapshotGit, left: TimeLeft, isFresh: boolean): Promise<Taken> {
	const draft = await draftIndex(
		store.folder,
		store.repo,
		(args, input) => store.read(args, { input, timeoutMs: left() }),
		isFresh,
	);
	try {
		const taken = await fillIndex(store, draft, left);
		keepIndex(store.folder, draft);
		return taken;
	} finally {
		dropIndex(draft);
	}
}

async function fillIndex(store: SnapshotGit, draft: IndexDraft, left: TimeLeft): Promise<Taken> {
	const { folder } = store;
	const write = (args: readonly string[], options: { allowExit?: number[]; input?: string } = {}) =>
		store.write(args, { ...options, env: { GIT_INDEX_FILE: draft.path }, timeoutMs: left() });
	const remove = async (paths: readonly string[]) => {
		if (paths.length > 0)
			await write(['update-index', '--force-remove', '-z', '--stdin'], { input: `${paths.join('\0')}\0` });
	};

	const embeddedBefore = readEmbedded(folder);
	let embedded = union(embeddedBefore, draft.embedded).filter((path) => isRepo(join(folder.worktree, path)));
	const large = readLarge(folder);
	folder.writeExcludes([...embedded, ...large]);
	await remove(draft.remove);
	const added = await write(['add', '-A', '--ignore-errors'], { allowExit: [1] });
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

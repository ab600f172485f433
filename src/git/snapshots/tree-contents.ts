/** What paths hold in the trees of a store, as bytes on a disk and back: nothing is converted on the way. */
import { existsSync, statfsSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';
import { once } from '../../core/once.ts';
import { parseRawEdits, type TreeEdit, type TreeEntry } from '../commits/tree-edits.ts';
import { isObjectId, nulFields } from '../git-output.ts';
import { NO_PROGRAMS } from '../repo/named-programs.ts';
import { diskFull, explainDisk } from '../repo/repo-git.ts';
import { isInGit, type RepoFacts } from '../repo-facts.ts';
import { ISOLATED } from '../run-git.ts';
import { openSnapshotStore, type StoreOptions } from './opened-store.ts';
import type { SnapshotGit } from './snapshot-git.ts';

export interface TreeContents {
	/**
	 * Every path that differs, sorted by path; a rename is a removal and an addition. Throws `not_found` for a tree that is not
	 * stored here, or not any more.
	 */
	edits(before: string, after: string): Promise<TreeEdit[]>;
	/** Every folder of the tree, by its path. Throws like `edits`. */
	folders(tree: string): Promise<string[]>;
	/**
	 * Writes `entries` below `target`, an existing, empty folder. `scratch`: where an index may lie. Throws `not_found` for
	 * contents that are no longer stored, `disk_full`.
	 */
	write(
		entries: ReadonlyArray<readonly [path: string, entry: TreeEntry]>,
		places: { target: string; scratch: string },
	): Promise<void>;
	/** Stores the bytes of files; their ids, in order. `paths`: absolute, without line breaks. */
	store(paths: readonly string[]): Promise<string[]>;
	/** The store is not needed any more. */
	release(): void;
}

/** Throws `not_found` outside git, and where no snapshot was ever taken. */
export async function openTreeContents(options: StoreOptions & { repo: RepoFacts }): Promise<TreeContents> {
	const { repo, ...rest } = options;
	// Opening a store makes it, and looking must make nothing.
	if (!isInGit(repo) || !existsSync(rest.stateFolder)) throw notStored();
	const { store: opened, release } = await openSnapshotStore(repo, rest, { isWhole: true });
	// A preview asks for what the undo itself asks again, and trees never change.
	const edits = once((pair: string) => readTrees(opened, pair.split(' '), DIFF).then(parseRawEdits));
	const folders = once((tree: string) => readTrees(opened, [tree], LIST).then(nulFields));
	return {
		edits: (before, after) => edits(`${before} ${after}`),
		folders,
		write: (entries, places) => writeEntries(opened, entries, places),
		store: (paths) => storeFiles(opened, paths),
		release,
	};
}

const DIFF = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames'];
const LIST = ['ls-tree', '-r', '-d', '-z', '--name-only'];

async function readTrees(
	store: SnapshotGit,
	trees: readonly string[],
	command: readonly string[],
): Promise<Buffer> {
	if (!trees.every(isObjectId)) throw new RelayError('damaged_record', 'A record names a tree that is none.');
	try {
		return (await store.read([...command, ...trees, '--'])).stdout;
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
		throw notStored(error);
	}
}

async function writeEntries(
	store: SnapshotGit,
	entries: Parameters<TreeContents['write']>[0],
	{ target, scratch }: Parameters<TreeContents['write']>[1],
): Promise<void> {
	if (entries.length === 0) return;
	const env = { GIT_INDEX_FILE: scratch, GIT_WORK_TREE: target };
	const input = entries.map(([path, { mode, id }]) => `${mode} ${id}\t${path}\0`).join('');
	const here = { cwd: target, env, programs: NO_PROGRAMS };
	try {
		await store.read(['update-index', '-z', '--index-info'], { ...here, input });
		await store.read(['checkout-index', '-f', '-q', '-a'], here);
	} catch (error) {
		throw explainFailure(error, target);
	}
}

/** With less than this, what git could not write did not fit. */
const SPARE_BYTES = 1024 * 1024;

function explainFailure(error: unknown, target: string): unknown {
	if (!(error instanceof RelayError)) return error;
	const said = String(error.cause);
	// Git names the file that it could not write, but not why.
	const isUnwritten = /unable to (?:write|create)|cannot create|could not write|write error/i.test(said);
	const { bavail, bsize } = statfsSync(target);
	if (isUnwritten && bavail * bsize < SPARE_BYTES) return diskFull(error);
	const [, path] = /unable to read sha1 file of (.+) \([0-9a-f]+\)/.exec(said) ?? [];
	if (path === undefined) return explainDisk(error);
	return new RelayError('not_found', `The snapshots no longer hold what ${path} held.`, {
		hint: KEPT_FOR,
		cause: error,
	});
}

async function storeFiles(store: SnapshotGit, paths: readonly string[]): Promise<string[]> {
	if (paths.length === 0) return [];
	const input = paths.map((path) => `${path}\n`).join('');
	const args = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
	const { stdout } = await store.write(args, { env: ISOLATED, input });
	return stdout.toString('latin1').trimEnd().split('\n');
}

const KEPT_FOR = 'Snapshots are kept for some weeks, where the session ran.';

const notStored = (cause?: unknown) =>
	new RelayError('not_found', 'The snapshots of these turns are not here, so nothing can be put back.', {
		hint: KEPT_FOR,
		cause,
	});

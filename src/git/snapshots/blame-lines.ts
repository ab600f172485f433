/** What git knows of the lines of one file: as it stands in a tree, how it came from tree to tree, who committed it. */
import { RelayError } from '../../core/errors.ts';
import { firstLineOf, isObjectId } from '../git-output.ts';
import type { FileChange, RepoInGit } from '../repo-facts.ts';
import type { Git } from '../run-git.ts';
import { listChanges } from './compare-trees.ts';
import { type LineAuthor, type LinePatch, parseLinePatches, parsePorcelainBlame } from './line-patches.ts';
import { openSnapshotStore, type StoreOptions } from './opened-store.ts';
import type { SnapshotGit } from './snapshot-git.ts';

export type { Hunk, LineAuthor, LinePatch } from './line-patches.ts';

export type TreePair = readonly [before: string, after: string];

export interface BlameLines {
	/** null: no such path in the tree. RelayError `refused` for what is no file, or too large. */
	fileAt(tree: string, path: string): Promise<Buffer | null>;
	/**
	 * The changes of one file between each pair of trees, whitespace apart; pairs without one are absent. `unreadable`: pairs
	 * whose objects are gone. `from`: the old name of the file in the only pair.
	 */
	patches(
		pairs: readonly TreePair[],
		path: string,
		from?: string,
	): Promise<{ patches: LinePatch[]; unreadable: TreePair[] }>;
	/** With renames detected, also of files that were rewritten for the most part. */
	changes(before: string, after: string): Promise<FileChange[]>;
	/** Who committed each line of the file at the commit; null where git cannot tell (a shallow or partial clone, no such file). */
	authors(commit: string, path: string): Promise<Array<LineAuthor | undefined> | null>;
	/** The tree of a commit; null where it cannot be read. */
	treeOf(commit: string): Promise<string | null>;
	/** The address under which the user commits here; null: git knows none. */
	userEmail(): Promise<string | null>;
	/** The store is not needed any more. */
	release(): void;
}

const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_PATCH_BYTES = 256 * 1024 * 1024;
/** A file may be moved and formatted between two turns; the lines decide afterwards what is still the same. In per cent. */
const SIMILARITY = 20;
const PATCH = [
	'diff-tree',
	'--stdin',
	'-r',
	'-p',
	'-U0',
	'-w',
	'--histogram',
	'--no-color',
	'--no-ext-diff',
	'--no-textconv',
];

/** Opens the snapshot store of the worktree, which is made if it is not there. */
export async function openBlameLines(options: StoreOptions & { repo: RepoInGit }): Promise<BlameLines> {
	const { repo, ...rest } = options;
	const { git } = rest;
	const { store, release } = await openSnapshotStore(repo, rest);
	return {
		fileAt: (tree, path) => fileAt(store, tree, path),
		patches: (pairs, path, from) => readPatches(store, pairs, path, from),
		changes: (before, after) => listChanges(store, before, after, SIMILARITY),
		authors: (commit, path) => orNull(() => readAuthors(store, commit, path)),
		treeOf: (commit) => orNull(() => readTree(store, commit)),
		userEmail: () => orNull(() => readEmail(git, repo)),
		release,
	};
}

async function fileAt(store: SnapshotGit, tree: string, path: string): Promise<Buffer | null> {
	const listed = await store.read(['ls-tree', '-z', tree, '--', path]);
	const [, mode, type, object] = /^(\d+) (\w+) ([0-9a-f]+)\t/.exec(listed.stdout.toString('latin1')) ?? [];
	if (mode === undefined || object === undefined) return null;
	const what = mode === '120000' ? 'a symbolic link' : type === 'blob' ? null : 'not a file';
	if (what !== null) throw new RelayError('refused', `${path} is ${what}`);
	const content = await store.read(['cat-file', 'blob', object], { maxBytes: MAX_FILE_BYTES });
	if (!content.truncated) return content.stdout;
	throw new RelayError('refused', `${path} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`);
}

async function readPatches(
	store: SnapshotGit,
	pairs: readonly TreePair[],
	path: string,
	from?: string,
): Promise<{ patches: LinePatch[]; unreadable: TreePair[] }> {
	const names = from === undefined ? [path] : [`-M${SIMILARITY}%`, '--', from, path];
	const args = from === undefined ? [...PATCH, '--', path] : [...PATCH, ...names];
	const read = async (some: readonly TreePair[]): Promise<LinePatch[]> => {
		const input = some.map(([before, after]) => `${before} ${after}\n`).join('');
		const output = await store.read(args, { input, maxBytes: MAX_PATCH_BYTES });
		if (output.truncated)
			throw new RelayError('git_failed', `the changes of ${path} are too large to follow`);
		return parseLinePatches(output.stdout.toString('utf8'));
	};
	if (pairs.length === 0) return { patches: [], unreadable: [] };
	try {
		return { patches: await read(pairs), unreadable: [] };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
	}
	const patches: LinePatch[] = [];
	const unreadable: TreePair[] = [];
	for (const pair of pairs) {
		const found = await orNull(() => read([pair]));
		if (found === null) unreadable.push(pair);
		else patches.push(...found);
	}
	return { patches, unreadable };
}

/** In the snapshot store, where neither the repo's config nor its attributes name a program. */
async function readAuthors(
	store: SnapshotGit,
	commit: string,
	path: string,
): Promise<Array<LineAuthor | undefined>> {
	const output = await store.read(['blame', '--porcelain', '--no-textconv', '-w', commit, '--', path]);
	return parsePorcelainBlame(output.stdout.toString('utf8'));
}

async function readTree(store: SnapshotGit, commit: string): Promise<string | null> {
	const output = await store.read(['rev-parse', '--verify', '--quiet', `${commit}^{tree}`], {
		allowExit: [1],
	});
	const tree = firstLineOf(output.stdout);
	return isObjectId(tree) ? tree : null;
}

async function readEmail(git: Git, { gitDir, commonDir, worktree }: RepoInGit): Promise<string | null> {
	const shared = gitDir === commonDir ? {} : { GIT_COMMON_DIR: commonDir };
	const found = await git.run(['config', '--get', 'user.email'], {
		cwd: worktree,
		env: { GIT_DIR: gitDir, ...shared },
		allowExit: [1],
	});
	return firstLineOf(found.stdout) || null;
}

/** null where git refuses. */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
	try {
		return await ask();
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

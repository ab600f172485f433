/**
 * Tree snapshots of a worktree. Everything is written to a git dir of our own; the repo's `.git` is only read: blobs and
 * trees are stored without a look at the repo's objects (git would touch the times of those it finds there), and only
 * reading commands see them as alternates.
 */
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import type { FileChange, RepoFacts, Snapshot, Snapshots } from './contract.ts';
import { readEmbedded, writeEmbedded } from './embedded-repos.ts';
import { type Git, type GitRunOptions, GitTimeout, ISOLATED } from './run-git.ts';
import { prepareSnapshotFolder, type RepoInGit, type SnapshotFolder } from './snapshot-folder.ts';
import { draftIndex, dropIndex, type IndexDraft, keepIndex, removeStrays } from './snapshot-index.ts';
import { parseTreeDiff, type TreeChange } from './tree-diff.ts';

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
/** Not on the path to the next prompt; the cap only keeps a monstrous diff from hanging the relay. */
const DIFF_TIMEOUT_MS = 20_000;

export function createSnapshots(options: SnapshotsOptions): Snapshots {
	const { repo, git, clock, stateFolder } = options;
	const budgetMs = options.budgetMs ?? BUDGET_MS;
	if (!isInGit(repo)) return noSnapshots(repo);
	let unavailable: string | null = null;
	let prepared: Promise<SnapshotStore> | null = null;
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
			return { ...(await (await store()).take(left)), tookMs: tookMs(), unavailable: null };
		} catch (error) {
			if (!(error instanceof RelayError) && !isSystemError(error)) throw error;
			prepared = null;
			if (error instanceof GitTimeout) unavailable = `a snapshot needs more than ${budgetMs} ms here`;
			return { tree: null, skipped: [], tookMs: tookMs(), unavailable: unavailable ?? error.message };
		}
	};

	return {
		take,
		changes: async (before, after) => {
			checkTrees(before, after);
			return before === after ? [] : (await store()).changes(before, after);
		},
		diff: async (before, after, diffOptions) => {
			checkTrees(before, after);
			return before === after ? '' : (await store()).diff(before, after, diffOptions);
		},
	};
}

interface SnapshotStore {
	take(left: () => number): Promise<Pick<Snapshot, 'tree' | 'skipped'>>;
	changes(before: string, after: string): Promise<FileChange[]>;
	diff: Snapshots['diff'];
}

async function openStore(
	repo: RepoInGit,
	stateFolder: string,
	git: Git,
	clock: Clock,
): Promise<SnapshotStore> {
	const folder = await prepareSnapshotFolder(repo, stateFolder, git);
	removeStrays(folder, clock.now());
	const base = {
		GIT_DIR: folder.gitDir,
		GIT_WORK_TREE: folder.worktree,
		GIT_OBJECT_DIRECTORY: folder.objects,
		GIT_LITERAL_PATHSPECS: '1',
	};
	const reading = { ...base, ...ISOLATED, GIT_ALTERNATE_OBJECT_DIRECTORIES: folder.alternates };
	const run = (args: readonly string[], extra: Partial<GitRunOptions> & { env: Record<string, string> }) =>
		git.run(args, { cwd: folder.worktree, ...extra });
	const read = (args: readonly string[], extra: Partial<GitRunOptions> = {}) =>
		run(args, { timeoutMs: DIFF_TIMEOUT_MS, ...extra, env: reading });

	const takeWith = async (
		draft: IndexDraft,
		left: () => number,
	): Promise<Pick<Snapshot, 'tree' | 'skipped'>> => {
		const env = { ...base, GIT_INDEX_FILE: draft.path };
		const remove = (paths: readonly string[]) =>
			paths.length === 0
				? undefined
				: run(['update-index', '--force-remove', '-z', '--stdin'], {
						env,
						input: `${paths.join('\0')}\0`,
						timeoutMs: left(),
					});
		const known = readEmbedded(folder);
		let embedded = union(known, draft.embedded).filter((path) => isRepo(join(folder.worktree, path)));
		folder.writeExcludes(embedded);
		await remove(draft.remove);
		const added = await run(['add', '-A', '--ignore-errors'], { env, allowExit: [1], timeoutMs: left() });
		const unborn = namesIn(added.stderr, WITHOUT_COMMIT);
		if (draft.from === 'empty' || EMBEDDED.test(added.stderr) || unborn.length > 0) {
			const found = await readGitlinks(env, left());
			await remove(found);
			embedded = union(embedded, union(found, unborn));
			folder.writeExcludes(embedded);
		}
		if (embedded.join('\0') !== known.join('\0')) writeEmbedded(folder, embedded);
		const tree = await run(['write-tree', '--missing-ok'], { env, timeoutMs: left() });
		const unreadable = UNREADABLE.flatMap((pattern) => namesIn(added.stderr, pattern));
		return { tree: tree.stdout.toString('latin1').trim(), skipped: union(embedded, unreadable) };
	};

	const readGitlinks = async (env: Record<string, string>, timeoutMs: number): Promise<string[]> => {
		const list = await run(['ls-files', '-s', '-z'], { env, timeoutMs });
		const records = list.stdout.toString('utf8').split('\0');
		return records
			.filter((line) => line.startsWith('160000 '))
			.map((line) => line.slice(line.indexOf('\t') + 1));
	};

	const attempt = async (left: () => number, isFresh: boolean) => {
		const readGit = (args: readonly string[], input: string) => read(args, { input, timeoutMs: left() });
		const draft = await draftIndex(folder, repo, readGit, isFresh);
		try {
			const snapshot = await takeWith(draft, left);
			keepIndex(folder, draft);
			return snapshot;
		} finally {
			dropIndex(draft);
		}
	};

	return {
		take: async (left) => {
			try {
				return await attempt(left, false);
			} catch (error) {
				// A damaged index, a pruned object, a stale cache: all end with an index made from nothing.
				if (!(error instanceof RelayError) || error instanceof GitTimeout) throw error;
				return attempt(left, true);
			}
		},
		changes: async (before, after) => {
			const output = await read([...DIFF_TREE, '--raw', '--numstat', '-z', '--no-abbrev', before, after]);
			const changes = parseTreeDiff(output.stdout);
			await keepBlobs(changes);
			return changes.map(({ oldId: _old, newId: _new, ...change }) => change);
		},
		diff: async (before, after, { paths, maxBytes }) => {
			const args = [...DIFF_TREE, '-p', '--src-prefix=a/', '--dst-prefix=b/', before, after];
			const output = await read([...args, '--', ...(paths ?? [])], { maxBytes });
			const text = output.stdout.toString('utf8');
			if (!output.truncated) return text;
			const whole = text.slice(0, text.lastIndexOf('\n') + 1);
			return `${whole}[diff cut: it is longer than ${maxBytes} bytes]\n`;
		},
	};

	/** Copies what the changed paths hold out of the repo's objects, so that `git gc` there cannot take it from us. */
	async function keepBlobs(changes: readonly TreeChange[]): Promise<void> {
		const ids = new Set(changes.flatMap(({ oldId, newId }) => [oldId, newId]));
		const missing = [...ids].filter((id) => !/^0+$/.test(id) && !isStored(folder, id));
		if (missing.length === 0) return;
		try {
			const pack = await read(['pack-objects', '--stdout', '-q'], { input: `${missing.join('\n')}\n` });
			if (!pack.truncated)
				await run(['unpack-objects', '-q'], { env: { ...base, ...ISOLATED }, input: pack.stdout });
		} catch (error) {
			// An object that is nowhere (a partial clone) is no reason to lose the list of changes.
			if (!(error instanceof RelayError)) throw error;
		}
	}
}

const DIFF_TREE = ['diff-tree', '-r', '-M', '--no-color', '--no-ext-diff', '--no-textconv'];

const EMBEDDED = /^warning: adding embedded git repository: /m;
const WITHOUT_COMMIT = /^error: '(.+?)\/?' does not have a commit checked out$/gm;
const UNREADABLE = [
	/^error: open\("(.+)"\): /gm,
	/^warning: could not open directory '(.+?)\/?': /gm,
	/^error: unable to index file '(.+)'$/gm,
];

function namesIn(stderr: string, pattern: RegExp): string[] {
	return [...stderr.matchAll(pattern)].map(([, name = '']) => name);
}

function union(a: readonly string[], b: readonly string[]): string[] {
	return [...new Set([...a, ...b])].sort();
}

function isRepo(path: string): boolean {
	return lstatSync(join(path, '.git'), { throwIfNoEntry: false }) !== undefined;
}

/** Objects reach our store only loose: nothing here ever packs. */
function isStored(folder: SnapshotFolder, id: string): boolean {
	return existsSync(join(folder.objects, id.slice(0, 2), id.slice(2)));
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
	};
}

/**
 * Writes the tree of a worktree's files as git itself would commit them (line ends and encodings converted, filter programs not
 * run), in an index of our own. It starts as a copy of the worktree's index, which already knows every file's size and times: of
 * 5,000 files only the changed ones are read.
 */
import { lstatSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { embeddedWithoutCommit, unreadablePaths } from '../add-complaints.ts';
import { firstLineOf, nulFields, nulInput } from '../git-output.ts';
import { quoteAlternate } from '../quote-alternate.ts';
import { nestedHead } from '../repo/nested-repos.ts';
import type { Place, RepoGit, RunInPlace } from '../repo/repo-git.ts';

export interface WrittenTree {
	tree: string;
	/** Unreadable paths, and repos inside this one that are not submodules: they are not in the tree. Sorted. */
	skipped: string[];
}

export interface TreeOptions {
	/** The index starts from this commit if the worktree's own cannot be read. */
	commit: string;
	/** An empty folder. */
	scratch: string;
	/** Variables for git, such as where objects go. */
	env?: Readonly<Record<string, string>>;
}

/** Leaves worktree, refs, index and hooks unchanged. Throws `git_failed`, `disk_full`, `not_writable`. */
export async function writeWorktreeTree(
	git: RepoGit,
	place: Place,
	options: TreeOptions,
): Promise<WrittenTree> {
	const run = await indexRunner(git, place, options);
	if (place.isKnown && copyIndex(place, indexIn(options))) {
		try {
			return await addAll(git, run, place);
		} catch (error) {
			// A damaged index, or one whose objects are gone: start again from the commit.
			if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
		}
	}
	removeIfThere(indexIn(options));
	removeIfThere(`${indexIn(options)}.lock`);
	await run(['read-tree', options.commit]);
	return addAll(git, run, place);
}

/** Variables for a tree that is only looked at: new objects go to the scratch folder, the repo's objects are read. */
export function objectsIn(scratch: string, { commonDir }: { commonDir: string }): Record<string, string> {
	const objects = join(scratch, 'objects');
	ensureFolder(objects);
	return {
		GIT_OBJECT_DIRECTORY: objects,
		GIT_ALTERNATE_OBJECT_DIRECTORIES: quoteAlternate(join(commonDir, 'objects')),
	};
}

const indexIn = ({ scratch }: TreeOptions) => join(scratch, 'index');

/**
 * The copy gets the time of the original, a microsecond early: git compares an index's own time with those of its files, and a
 * later one would hide an edit.
 */
function copyIndex({ gitDir }: Place, target: string): boolean {
	const source = join(gitDir, 'index');
	const facts = statSync(source, { throwIfNoEntry: false, bigint: true });
	const bytes = facts?.isFile() ? readIfThere(source) : null;
	if (facts === undefined || bytes === null) return false;
	writeAtomic(target, bytes);
	const mtime = Number(facts.mtimeNs) / 1e9 - 1e-6;
	utimesSync(target, mtime, mtime);
	return true;
}

async function indexRunner(git: RepoGit, place: Place, options: TreeOptions): Promise<RunInPlace> {
	const run = await git.inARow(place);
	const env = { ...options.env, GIT_INDEX_FILE: indexIn(options) };
	return (args, runOptions = {}) => run([...INDEX_SETTINGS, ...args], { ...runOptions, env });
}

/** Overrides the repo's config: every change of a file is seen, and one whole index is written, where we choose. */
const INDEX_SETTINGS = [
	'core.splitIndex=false',
	'core.untrackedCache=false',
	'core.sparseCheckout=false',
	'core.checkStat=default',
	'core.trustctime=true',
	'core.ignoreStat=false',
	'core.safecrlf=false',
].flatMap((setting) => ['-c', setting]);

async function addAll(git: RepoGit, run: RunInPlace, place: Place): Promise<WrittenTree> {
	const before = await listIndex(run);
	await settleFlags(git, run, place, before);
	const added = await run(['add', '-A', '--ignore-errors'], { allowExit: [1] });
	const embedded = EMBEDDED.test(added.stderr) ? await dropEmbedded(run, before) : [];
	const tree = firstLineOf((await run(['write-tree'])).stdout);
	const left = [...embedded, ...embeddedWithoutCommit(added.stderr), ...unreadablePaths(added.stderr)];
	return { tree, skipped: [...new Set(left.map((path) => path.replace(/\/$/, '')))].sort() };
}

const EMBEDDED = /^warning: adding embedded git repository: /m;

interface IndexLine {
	/** `H`, `S` (skip-worktree), lower case: assume-unchanged. */
	tag: string;
	mode: string;
	id: string;
	path: string;
}

async function listIndex(run: RunInPlace): Promise<IndexLine[]> {
	const { stdout } = await run(['ls-files', '-v', '-s', '-z']);
	return nulFields(stdout).flatMap((record) => {
		const [, tag = '', mode = '', id = '', path = ''] =
			/^(.) (\d+) ([0-9a-f]+) \d\t([\s\S]+)$/.exec(record) ?? [];
		return path === '' ? [] : [{ tag, mode, id, path }];
	});
}

/**
 * Clears flags that would hide a file from `git add`, except for files that a sparse checkout left out. Submodules get one: git
 * would start a git in each to compare it, under that repo's own config.
 */
async function settleFlags(
	git: RepoGit,
	run: RunInPlace,
	{ worktree }: Place,
	lines: readonly IndexLine[],
): Promise<void> {
	const mark = async (flag: string, marked: readonly IndexLine[]) => {
		const input = nulInput(marked.map(({ path }) => path));
		if (input !== '') await run(['update-index', flag, '-z', '--stdin'], { input });
	};
	const found = ({ path }: IndexLine) => lstatSync(join(worktree, path), { throwIfNoEntry: false });
	const isHidden = ({ tag }: IndexLine) => tag !== tag.toUpperCase();
	await mark('--no-assume-unchanged', lines.filter(isHidden));
	await mark(
		'--no-skip-worktree',
		lines.filter((line) => /s/i.test(line.tag) && found(line) !== undefined),
	);
	const submodules = lines.filter((line) => line.mode === GITLINK && found(line)?.isDirectory());
	await followSubmodules(git, run, worktree, submodules);
	await mark('--skip-worktree', submodules);
}

/** Records a submodule that is now at another commit, as `git add` would. */
async function followSubmodules(
	git: RepoGit,
	run: RunInPlace,
	worktree: string,
	submodules: readonly IndexLine[],
): Promise<void> {
	const moved: string[] = [];
	for (const { path, id } of submodules) {
		const head = await nestedHead(git, join(worktree, path));
		if (head !== null && head !== id) moved.push(`${GITLINK} ${head}\t${path}\0`);
	}
	if (moved.length > 0) await run(['update-index', '-z', '--index-info'], { input: moved.join('') });
}

/** Removes repos inside this one that are not submodules from the index. Returns their paths. */
async function dropEmbedded(run: RunInPlace, before: readonly IndexLine[]): Promise<string[]> {
	const known = new Set(before.flatMap(({ mode, path }) => (mode === GITLINK ? [path] : [])));
	const embedded = (await listIndex(run)).flatMap(({ mode, path }) =>
		mode === GITLINK && !known.has(path) ? [path] : [],
	);
	if (embedded.length > 0)
		await run(['update-index', '--force-remove', '-z', '--stdin'], { input: nulInput(embedded) });
	return embedded;
}

const GITLINK = '160000';

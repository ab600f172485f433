/**
 * Finds pipes and devices in place of files that git opens by itself. Git would wait for a writer for ever, and an agent or a repo
 * can put one anywhere: `HEAD`, `config`, a ref, `info/exclude`, `.gitignore` of any folder. A huge file there is as bad: git reads
 * all of it, at each run.
 */
import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { linkedGitDir } from '../repo/git-link.ts';

/** Where git will run. */
export interface GitPlace {
	cwd: string;
	env: Readonly<Record<string, string | undefined>>;
}

/** With more refs than this, they are not checked before a run, only when it does not end. */
const MAX_REF_FOLDERS = 100;
const MAX_INCLUDES = 20;
/** Folders of a worktree, nearest to its root first: some tenths of a second. */
const MAX_FOLDERS = 10_000;

/**
 * An odd file among those that a run of git opens in its git dirs or in the root of the worktree; null when there is none. Lists
 * some tens of folders and reads no file but `config`: less than 0.5 ms.
 */
export function findOddFile(place: GitPlace): string | null {
	const { gitDirs, worktree } = foldersOf(place);
	return (
		firstOf(gitDirs, (gitDir) => oddInGitDir(gitDir, !place.env.GIT_OBJECT_DIRECTORY)) ??
		firstOf(gitDirs.flatMap(configsOf), (config) => oddInConfig(config, place, new Set())) ??
		firstOf(
			objectFolders(place),
			(objects) => oddIn(join(objects, 'info')) ?? oddIn(join(objects, 'pack')),
		) ??
		(worktree === null ? null : oddByName(worktree))
	);
}

/** As `findOddFile`, in all refs and the folders of the worktree: for a run that does not end. */
export function findOddFileAnywhere(place: GitPlace): string | null {
	const { gitDirs, worktree } = foldersOf(place);
	const inRefs = ({ path }: GitDir) => oddBelow(join(path, 'refs'), Number.POSITIVE_INFINITY, true);
	return findOddFile(place) ?? firstOf(gitDirs, inRefs) ?? (worktree === null ? null : oddInTree(worktree));
}

/** True if a run there may open `path`. */
export function isReadAt(path: string, place: GitPlace): boolean {
	const { gitDirs, worktree } = foldersOf(place);
	const folders = [...gitDirs.map((gitDir) => gitDir.path), ...(worktree === null ? [] : [worktree])];
	return folders.some((folder) => path.startsWith(folder + sep));
}

/** Names of files that git reads whole into memory, and that are normally small. */
const SMALL = new Set([
	'HEAD',
	'commondir',
	'gitdir',
	'config',
	'config.worktree',
	'exclude',
	'attributes',
	'sparse-checkout',
	'.gitignore',
	'.gitattributes',
	'.gitmodules',
]);
const MAX_SMALL_BYTES = 64 * 1024 * 1024;

const isHuge = (path: string, facts: Stats) =>
	facts.isFile() &&
	facts.size > MAX_SMALL_BYTES &&
	(SMALL.has(basename(path)) || path.includes(`${sep}refs${sep}`));

/** Links count as their targets. `/dev/null` ends at once and is a customary way to say "none". */
export function isOdd(path: string): boolean {
	const facts = statOf(path);
	if (facts === null) return false;
	if (isHuge(path, facts)) return true;
	return facts.isFIFO() || facts.isBlockDevice() || (facts.isCharacterDevice() && !isNull(facts));
}

export function oddFileError(path: string): RelayError {
	const facts = statOf(path);
	const what =
		facts !== null && isHuge(path, facts)
			? `has ${facts.size} bytes, which git would read at each run`
			: 'is a pipe or a device, which git would wait for';
	return new RelayError('unreadable_file', `${path} ${what}`, {
		hint: 'look at it, then remove it',
	});
}

const isNull = ({ rdev }: Stats) => rdev === statOf('/dev/null')?.rdev;

function statOf(path: string): Stats | null {
	try {
		return statSync(path);
	} catch {
		// What cannot be looked at cannot be opened either.
		return null;
	}
}

function firstOf<T>(items: readonly T[], look: (item: T) => string | null): string | null {
	for (const item of items) {
		const found = look(item);
		if (found !== null) return found;
	}
	return null;
}

/** Finds the folders as git does: by its variables, else upwards from where it starts. */
function foldersOf({ cwd, env }: GitPlace): { gitDirs: GitDir[]; worktree: string | null } {
	if (env.GIT_DIR) {
		const common = env.GIT_COMMON_DIR ? resolve(cwd, env.GIT_COMMON_DIR) : undefined;
		const gitDirs = withCommonDir(resolve(cwd, env.GIT_DIR), common);
		return { gitDirs, worktree: env.GIT_WORK_TREE ?? null };
	}
	for (let at = cwd; ; at = dirname(at)) {
		const gitDir = gitDirAt(at);
		if (gitDir !== null) return { gitDirs: withCommonDir(gitDir), worktree: at };
		if (dirname(at) === at) return { gitDirs: [], worktree: null };
	}
}

function gitDirAt(folder: string): string | null {
	const path = join(folder, '.git');
	const facts = statOf(path);
	if (facts?.isDirectory()) return path;
	const gitDir = facts?.isFile() ? linkedGitDir(path) : null;
	if (gitDir !== null) return gitDir;
	return statOf(join(folder, 'HEAD')) !== null && statOf(join(folder, 'objects')) !== null ? folder : null;
}

/** Listed once: what is not in it is not looked for. */
interface GitDir {
	path: string;
	/** null where it cannot be listed: then all may be there. */
	entries: Dirent[] | null;
}

const listGitDir = (path: string): GitDir => ({ path, entries: listingOf(path) });

const mayHave = ({ entries }: GitDir, name: string): boolean =>
	entries?.some((entry) => entry.name === name) ?? true;

/** The git dir, and where it has one, its common dir. */
function withCommonDir(path: string, named?: string): GitDir[] {
	const gitDir = listGitDir(path);
	const common = named ?? (mayHave(gitDir, 'commondir') ? commonDirOf(path) : null);
	return common === null ? [gitDir] : [gitDir, listGitDir(common)];
}

function commonDirOf(gitDir: string): string | null {
	const text = readRegularText(join(gitDir, 'commondir'))?.trim();
	return text ? resolve(gitDir, text) : null;
}

/** `hasObjects`: false where git takes objects from elsewhere. */
function oddInGitDir(gitDir: GitDir, hasObjects = true): string | null {
	const { path, entries } = gitDir;
	const folders = ['info', 'logs', ...(hasObjects ? ['objects/info', 'objects/pack'] : [])];
	const there = folders.filter((folder) => mayHave(gitDir, folder.split('/', 1)[0] ?? ''));
	const worktrees = mayHave(gitDir, 'worktrees') ? foldersIn(join(path, 'worktrees')) : [];
	return (
		firstOf(entries ?? [], (entry) => oddEntry(path, entry)) ??
		firstOf(there, (folder) => oddIn(join(path, folder))) ??
		oddBelow(join(path, 'refs'), MAX_REF_FOLDERS) ??
		firstOf(worktrees, oddIn)
	);
}

/** `GIT_OBJECT_DIRECTORY` and its alternates, if git is pointed at other objects than the git dir's own. */
function objectFolders({ cwd, env }: GitPlace): string[] {
	const alternates = (env.GIT_ALTERNATE_OBJECT_DIRECTORIES ?? '').split(':');
	return [env.GIT_OBJECT_DIRECTORY ?? '', ...alternates].flatMap((path) =>
		path === '' ? [] : [resolve(cwd, path.replace(/^"|"$/g, ''))],
	);
}

function oddIn(folder: string): string | null {
	return firstOf(entriesOf(folder), (entry) => oddEntry(folder, entry));
}

/** `isSized`: the size of every file is checked, not only of those with a known name. */
function oddEntry(folder: string, entry: Dirent, isSized = false): string | null {
	if (entry.isDirectory() || (entry.isFile() && !isSized && !SMALL.has(entry.name))) return null;
	const path = join(folder, entry.name);
	return isOdd(path) ? path : null;
}

/** Searches at most `folders` folders. */
function oddBelow(top: string, folders: number, isSized = false): string | null {
	const waiting = [top];
	for (let left = folders; left > 0; left--) {
		const folder = waiting.shift();
		if (folder === undefined) return null;
		for (const entry of entriesOf(folder)) {
			if (entry.isDirectory()) waiting.push(join(folder, entry.name));
			const odd = oddEntry(folder, entry, isSized);
			if (odd !== null) return odd;
		}
	}
	return null;
}

/** Files named by a config that git reads with it: includes, and lists of ignored paths and of attributes. */
const NAMED_FILE = /^\s*(path|excludesfile|attributesfile)\s*=\s*"?([^"\n#;]+)/gim;

const configsOf = (gitDir: GitDir) =>
	['config', 'config.worktree']
		.filter((name) => mayHave(gitDir, name))
		.map((name) => join(gitDir.path, name));

function oddInConfig(config: string, place: GitPlace, seen: Set<string>): string | null {
	if (seen.has(config) || seen.size >= MAX_INCLUDES) return null;
	seen.add(config);
	for (const [, key = '', value = ''] of (readRegularText(config) ?? '').matchAll(NAMED_FILE)) {
		const isInclude = key.toLowerCase() === 'path';
		const named = value.trim().replace(/^~(?=\/)/, place.env.HOME ?? '~');
		const path = resolve(isInclude ? dirname(config) : place.cwd, named);
		const odd = isOdd(path) ? path : isInclude ? oddInConfig(path, place, seen) : null;
		if (odd !== null) return odd;
	}
	return null;
}

/** Files that git reads in any folder of a worktree. */
const READ_ANYWHERE = ['.gitignore', '.gitattributes'];

function oddByName(folder: string): string | null {
	const names = READ_ANYWHERE.map((name) => join(folder, name));
	return names.find(isOdd) ?? null;
}

/** Files that git opens in each folder, `.gitmodules` at the top, and `HEAD` and refs of a repo inside, to find out its commit. */
function oddInTree(worktree: string): string | null {
	const waiting = [worktree];
	for (let left = MAX_FOLDERS; left > 0; left--) {
		const folder = waiting.shift();
		if (folder === undefined) return null;
		const entries = entriesOf(folder);
		const odd = firstOf(entries, (entry) => oddForGit(folder, entry));
		if (odd !== null) return odd;
		for (const entry of entries)
			if (entry.isDirectory() && entry.name !== '.git') waiting.push(join(folder, entry.name));
	}
	return null;
}

function oddForGit(folder: string, entry: Dirent): string | null {
	if (READ_ANYWHERE.includes(entry.name) || entry.name === '.gitmodules') return oddEntry(folder, entry);
	if (entry.name !== '.git') return null;
	const gitDir = gitDirAt(folder);
	return gitDir === null ? null : firstOf(withCommonDir(gitDir), (each) => oddInGitDir(each));
}

const foldersIn = (folder: string): string[] =>
	entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));

const entriesOf = (folder: string): Dirent[] => listingOf(folder) ?? [];

/** null for what cannot be listed. */
function listingOf(folder: string): Dirent[] | null {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return null;
	}
}

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
		firstOf(gitDirs, oddInGitDir) ??
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
	const inRefs = (gitDir: string) => oddBelow(join(gitDir, 'refs'), Number.POSITIVE_INFINITY, true);
	return findOddFile(place) ?? firstOf(gitDirs, inRefs) ?? (worktree === null ? null : oddInTree(worktree));
}

/** True if a run there may open `path`. */
export function isReadAt(path: string, place: GitPlace): boolean {
	const { gitDirs, worktree } = foldersOf(place);
	const folders = worktree === null ? gitDirs : [...gitDirs, worktree];
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

const NULL_DEVICE = statOf('/dev/null');
const isNull = ({ rdev }: Stats) => rdev === NULL_DEVICE?.rdev;

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
function foldersOf({ cwd, env }: GitPlace): { gitDirs: string[]; worktree: string | null } {
	if (env.GIT_DIR) {
		const gitDir = resolve(cwd, env.GIT_DIR);
		const common = env.GIT_COMMON_DIR ? [resolve(cwd, env.GIT_COMMON_DIR)] : commonDirOf(gitDir);
		return { gitDirs: [gitDir, ...common], worktree: env.GIT_WORK_TREE ?? null };
	}
	for (let at = cwd; ; at = dirname(at)) {
		const gitDir = gitDirAt(at);
		if (gitDir !== null) return { gitDirs: [gitDir, ...commonDirOf(gitDir)], worktree: at };
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

function commonDirOf(gitDir: string): string[] {
	const text = readRegularText(join(gitDir, 'commondir'))?.trim();
	return text ? [resolve(gitDir, text)] : [];
}

function oddInGitDir(gitDir: string): string | null {
	return (
		firstOf(['', 'info', 'logs', 'objects/info', 'objects/pack'], (name) => oddIn(join(gitDir, name))) ??
		oddBelow(join(gitDir, 'refs'), MAX_REF_FOLDERS) ??
		firstOf(foldersIn(join(gitDir, 'worktrees')), oddIn)
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

const configsOf = (gitDir: string) => ['config', 'config.worktree'].map((name) => join(gitDir, name));

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
	return gitDir === null ? null : firstOf([gitDir, ...commonDirOf(gitDir)], oddInGitDir);
}

const foldersIn = (folder: string): string[] =>
	entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));

function entriesOf(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return [];
	}
}

/** Folders: made 0700, listed, and distinguished from whatever else may be in their place. */
import { type Dir, existsSync, mkdirSync, opendirSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { hasErrno } from '../errors.ts';
import { once } from '../once.ts';
import { isOwned, lstatIfThere } from './file-facts.ts';

export const FOLDER_MODE = 0o700;
/** The mode of folders that belong to the user, not to the relay: the umask decides. */
export const USUAL_FOLDER_MODE = 0o777;

/**
 * Creates the folder and its parents, 0700. An existing folder is left unchanged. Throws the system error of the first one that
 * cannot be made. Node's `recursive` is not used: it loses EROFS, and it never ends where a folder exists but nothing can be made
 * in it (`ENOENT` below /proc and on some mounts).
 */
export function ensureFolder(path: string, mode = FOLDER_MODE): void {
	const missing: string[] = [];
	for (let at = path; !tryMakeFolder(at, mode); at = dirname(at)) {
		missing.push(at);
		if (dirname(at) === at) break;
	}
	for (const folder of missing.reverse()) makeFolder(folder, mode);
}

/** False when its parent is missing. */
function tryMakeFolder(path: string, mode: number): boolean {
	if (isFolderNow(path)) return true;
	try {
		makeFolder(path, mode);
		return true;
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return false;
		throw error;
	}
}

function makeFolder(path: string, mode: number): void {
	try {
		mkdirSync(path, { mode });
	} catch (error) {
		// Some systems refuse before they check whether it exists (EROFS, EACCES, EISDIR for a root).
		if (hasErrno(error, 'ENOENT') || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
	}
}

/** Follows links; false when it cannot be determined. */
function isFolderNow(path: string): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
	} catch {
		return false;
	}
}

/**
 * The names in a folder, unsorted; empty when the folder does not exist. `alsoEmpty`: further error codes that the caller treats as
 * empty (`EACCES` where an unreadable folder holds nothing of ours).
 */
export function namesIn(folder: string, ...alsoEmpty: string[]): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', ...alsoEmpty)) return [];
		throw error;
	}
}

/**
 * Whether a folder may hold a name, by one listing instead of a look for each. Answers yes where it cannot be known: the folder
 * has too many names or cannot be listed, or one of its names might be the same on its disk (upper case, another spelling of a
 * letter). `name` is in lower case and ASCII.
 */
export function listedIn(folder: string): (name: string) => boolean {
	const names = fewNamesIn(folder)?.map((name) => name.toLowerCase());
	if (names === undefined || names.some((name) => !/^[ -~]*$/.test(name))) return () => true;
	const listed = new Set(names);
	return (name) => listed.has(name);
}

/** A longer list takes longer than the looks that it would save. */
const FEW_NAMES = 500;

function fewNamesIn(folder: string): string[] | undefined {
	let opened: Dir;
	try {
		opened = opendirSync(folder, { bufferSize: FEW_NAMES });
	} catch {
		return undefined;
	}
	try {
		const names: string[] = [];
		for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
			if (names.length === FEW_NAMES) return undefined;
			names.push(entry.name);
		}
		return names;
	} finally {
		opened.closeSync();
	}
}

/**
 * Whether something has a path, links followed, for many paths in few folders: each folder is listed when it is first asked about.
 * A link, and a folder that cannot be listed, take a look for each path.
 */
export function createPresence(): (path: string) => boolean {
	const entriesOf = once((folder: string) => {
		try {
			return new Map(readdirSync(folder, { withFileTypes: true }).map((entry) => [entry.name, entry]));
		} catch {
			return null;
		}
	});
	return (path) => {
		const entries = entriesOf(dirname(path));
		const entry = entries?.get(basename(path));
		return entries === null || entry?.isSymbolicLink() ? existsSync(path) : entry !== undefined;
	};
}

/** True for a folder itself, not for a link to one. */
export const isFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === true;

/** True when something else than a folder is there, a link to a folder included. */
export const isNotAFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === false;

/** True for a folder itself, not a link to one, that this user owns. */
export const isOwnFolder = (path: string): boolean => describesOwnFolder(lstatIfThere(path));

/** As `isOwnFolder`, from facts already known. */
export const describesOwnFolder = (facts: Stats | undefined): facts is Stats =>
	facts?.isDirectory() === true && isOwned(facts);

/**
 * True when a folder of this user should be here but something else is: a link, which could lead anywhere, or another user's
 * folder.
 */
export function isForeignFolder(path: string): boolean {
	const facts = lstatIfThere(path);
	return facts !== undefined && !describesOwnFolder(facts);
}

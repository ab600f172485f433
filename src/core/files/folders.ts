/** Folders: made 0700, listed, and distinguished from whatever else may be in their place. */
import { mkdirSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno } from '../errors.ts';
import { isKnownMissing, isOwned, lstatIfThere } from './file-facts.ts';

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
	return isKnownMissing(folder) ? [] : namesInExpected(folder, ...alsoEmpty);
}

/** As `namesIn`, of a folder that is nearly always there: one look less, where one that is missing costs more. */
export function namesInExpected(folder: string, ...alsoEmpty: string[]): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', ...alsoEmpty)) return [];
		throw error;
	}
}

/** True for a folder itself, not for a link to one. */
export const isFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === true;

/** True when something else than a folder is there, a link to a folder included. */
export const isNoFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === false;

/** True for a folder itself, not a link to one, that this user owns. */
export const isOwnFolder = (path: string): boolean => areOfOwnFolder(lstatIfThere(path));

/** As `isOwnFolder`, from facts already known. */
export const areOfOwnFolder = (facts: Stats | undefined): facts is Stats =>
	facts?.isDirectory() === true && isOwned(facts);

/**
 * True when a folder of this user should be here but something else is: a link, which could lead anywhere, or another user's
 * folder.
 */
export function isForeignFolder(path: string): boolean {
	const facts = lstatIfThere(path);
	return facts !== undefined && !areOfOwnFolder(facts);
}

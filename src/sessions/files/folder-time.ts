import { fstatSync, futimesSync, statSync, utimesSync } from 'node:fs';
import { hasErrno } from '../../core/errors.ts';

/** A folder by its path, or by a descriptor, which leads to it wherever it is by now. */
export type FolderRef = string | number;

/**
 * Runs a write that must not count as use of the session: the folder's mtime is as before afterwards, so that
 * `ls -t | head -n 1` keeps naming the session in use. `hasWritten` false leaves the folder alone, as someone else may be
 * using it.
 */
export function keepFolderTime<T>(
	folder: FolderRef,
	write: () => T,
	hasWritten: (result: T) => boolean = () => true,
): T {
	const before =
		typeof folder === 'number'
			? fstatSync(folder, { bigint: true })
			: statSync(folder, { bigint: true, throwIfNoEntry: false });
	const restore = () => {
		if (before) setFolderTime(folder, seconds(before.atimeNs), seconds(before.mtimeNs));
	};
	let result: T;
	try {
		result = write();
	} catch (error) {
		restore();
		throw error;
	}
	if (hasWritten(result)) restore();
	return result;
}

/** Marks the session as the one in use. */
export function bumpFolderTime(folder: FolderRef, now: number): void {
	setFolderTime(folder, now / 1000, now / 1000);
}

function setFolderTime(folder: FolderRef, atime: number, mtime: number): void {
	try {
		if (typeof folder === 'number') futimesSync(folder, atime, mtime);
		else utimesSync(folder, atime, mtime);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'EPERM', 'EACCES', 'EROFS')) throw error;
	}
}

const seconds = (ns: bigint) => Number(ns) / 1e9;

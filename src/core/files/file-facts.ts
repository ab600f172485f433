/** What the system says of a path, without following a link; nothing there is an answer, not an error. */
import { type BigIntStats, lstatSync, lutimesSync, type Stats } from 'node:fs';
import { hasErrno } from '../errors.ts';

/** Facts about the path, links not followed; undefined when nothing is there, or when a parent is not a folder. */
export function lstatIfThere(path: string): Stats | undefined {
	return undefinedIfNotThere(() => lstatSync(path, { throwIfNoEntry: false }));
}

/** As `lstatIfThere`, with device and inode as bigints: a number loses the low digits of large ones. */
export function lstatExactly(path: string): BigIntStats | undefined {
	return undefinedIfNotThere(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

function undefinedIfNotThere<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch (error) {
		if (hasErrno(error, 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE')) return undefined;
		throw error;
	}
}

/**
 * Resets a file time that is ahead of `now` (epoch ms) by more than `leewayMs`. A wrong clock set it, and it would keep the file
 * young for as long. A file that may not be changed stays.
 */
export function endFutureTime(path: string, now: number, leewayMs: number): void {
	const time = lstatIfThere(path)?.mtimeMs ?? now;
	if (time - now < leewayMs) return;
	try {
		lutimesSync(path, now / 1000, now / 1000);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error;
	}
}

/** True when this user owns it, or when the system has no users. */
export const isOwned = ({ uid }: Pick<Stats, 'uid'>): boolean =>
	process.getuid === undefined || uid === process.getuid();

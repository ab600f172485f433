/** A file that appears whole or not at all, written in pieces. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, linkSync, lstatSync, openSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasErrno } from '../errors.ts';
import { FILE_MODE, removeIfThere, writeAll } from './write-file.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

export interface NewFile {
	/** Throws system errors. */
	write(text: string): void;
	/**
	 * Gives the file its name. Without `isReplacing` never in place of another one: false, and nothing is left. Throws system
	 * errors; nothing is left then.
	 */
	finish(options: { isReplacing: boolean }): boolean;
	/** Leaves nothing behind. Idempotent; does nothing to a finished file. */
	discard(): void;
}

/** Opens a file beside `path`, 0600, which gets that name in the end. Throws system errors. */
export function openNewFile(path: string): NewFile {
	const temporary = join(
		dirname(path),
		`.${basename(path).slice(0, 100)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`,
	);
	let fd: number | null = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
	const close = () => {
		if (fd !== null) closeSync(fd);
		fd = null;
	};
	return {
		write: (text) => {
			if (fd === null) throw new Error('the file is closed');
			writeAll(fd, Buffer.from(text));
		},
		finish: ({ isReplacing }) => {
			try {
				close();
				if (isReplacing) renameSync(temporary, path);
				else if (!nameExclusively(temporary, path)) return false;
				return true;
			} finally {
				removeIfThere(temporary);
			}
		},
		discard: () => {
			if (fd === null) return;
			close();
			removeIfThere(temporary);
		},
	};
}

/**
 * Creates a file that must not exist yet, with all of `text` from the moment on that it is there. Returns false, and leaves nothing,
 * when it does. Throws system errors; nothing is left then.
 */
export function createWhole(path: string, text: string): boolean {
	const file = openNewFile(path);
	try {
		file.write(text);
		return file.finish({ isReplacing: false });
	} finally {
		file.discard();
	}
}

/** By a second name where the disk has those; elsewhere by a look before. */
function nameExclusively(temporary: string, path: string): boolean {
	try {
		linkSync(temporary, path);
		return true;
	} catch (error) {
		if (hasErrno(error, 'EEXIST')) return false;
		if (!hasErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
	}
	if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
	renameSync(temporary, path);
	return true;
}

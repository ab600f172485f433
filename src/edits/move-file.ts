/** Moves a file, link or program over another in one visible step, even from one disk to another. */
import {
	chmodSync,
	constants,
	copyFileSync,
	linkSync,
	lstatSync,
	readlinkSync,
	renameSync,
	rmSync,
	symlinkSync,
} from 'node:fs';
import { hasErrno } from '../core/errors.ts';

/** Keeps the old file as a hard link, which costs nothing and is the very file, or as a copy if the disks differ or cannot link. */
export function keepOld(target: string, kept: string, isLink: boolean): void {
	if (isLink) {
		symlinkSync(readlinkSync(target, 'buffer'), kept);
		return;
	}
	try {
		linkSync(target, kept);
	} catch (error) {
		if (!hasErrno(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS', 'EACCES')) throw error;
		copyFileSync(target, kept, constants.COPYFILE_EXCL);
	}
}

/**
 * Renames; across disks it first copies to `beside`, in the folder of `target`, where a process that dies may leave the copy. Calls
 * `onCopied` when the copy is complete but not in place yet; `from` then stays unless `onCopied` removes it.
 */
export function moveInto(from: string, target: string, beside: string, onCopied = () => {}): void {
	try {
		renameSync(from, target);
	} catch (error) {
		if (!hasErrno(error, 'EXDEV')) throw error;
		try {
			copyAny(from, beside);
			onCopied();
			renameSync(beside, target);
		} catch (failure) {
			rmSync(beside, { force: true });
			throw failure;
		}
	}
}

function copyAny(from: string, to: string): void {
	const facts = lstatSync(from);
	if (facts.isSymbolicLink()) {
		symlinkSync(readlinkSync(from, 'buffer'), to);
		return;
	}
	copyFileSync(from, to, constants.COPYFILE_EXCL);
	chmodSync(to, facts.mode & 0o777);
}

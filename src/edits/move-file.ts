/** Moving a file, link or program to where another stands, in one step for whoever looks; also from one disk to another. */
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

/** A hard link: it costs nothing and holds the very file. A copy where the disks differ or cannot link. */
export function keepOld(target: string, kept: string): void {
	if (lstatSync(target).isSymbolicLink()) {
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
 * By rename; across disks through a copy at `beside`, in the folder of `target`, which a process that dies may leave there.
 * `onCopied` is called when the copy is whole and not in place yet; `from` then stays unless it removes it.
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

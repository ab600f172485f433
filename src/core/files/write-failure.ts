import { hasErrno, RelayError } from '../errors.ts';

/**
 * Turns a system error of a write into one the user can act on: `disk_full`, `not_writable` or `refused` (the path is a symbolic
 * link), each with the path. Any other error is returned unchanged, to be rethrown.
 */
export function explainWriteFailure(error: unknown, path: string): unknown {
	if (hasErrno(error, 'ENOSPC', 'EDQUOT'))
		return new RelayError('disk_full', `no space left to write ${path}`, {
			hint: 'free some space on that disk; what was recorded before is intact',
			cause: error,
		});
	if (hasErrno(error, 'EFBIG'))
		return new RelayError('disk_full', `${path} would be larger than this shell allows`, {
			hint: 'raise the limit on file sizes: ulimit -f unlimited; what was recorded before is intact',
			cause: error,
		});
	if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS'))
		return new RelayError('not_writable', `cannot write ${path}: ${describeErrno(error)}`, {
			hint: 'check who owns the folder and whether its disk is mounted read-only',
			cause: error,
		});
	if (hasErrno(error, 'ELOOP'))
		return new RelayError('refused', `${path} is a symbolic link; the relay does not write through links`, {
			hint: 'remove the link',
			cause: error,
		});
	return error;
}

/** Runs a write and throws its system errors as `explainWriteFailure` describes them. */
export function explainingWrites<T>(path: string, write: () => T): T {
	try {
		return write();
	} catch (error) {
		throw explainWriteFailure(error, path);
	}
}

function describeErrno(error: NodeJS.ErrnoException): string {
	return error.code === 'EROFS' ? 'the disk is read-only' : 'permission denied';
}

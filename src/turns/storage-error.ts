import { hasErrno, RelayError } from '../core/errors.ts';

/** What a failed write means to the user; other errors pass unchanged. */
export function asStorageError(error: unknown, path: string): unknown {
	if (hasErrno(error, 'ENOSPC', 'EDQUOT')) {
		return new RelayError(
			'disk_full',
			`The disk is full: the record of this turn could not be written to ${path}.`,
			{
				hint: 'Free some space and continue with: agent-relay run --continue',
				cause: error,
			},
		);
	}
	if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) {
		return new RelayError('not_writable', `${path} cannot be written.`, {
			hint: 'Check the permissions of the .agent-relay folder.',
			cause: error,
		});
	}
	return error;
}

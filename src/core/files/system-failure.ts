/** Message and hint for a system error that the machine's state causes, not a bug of ours; any other error is shown as a stack. */
export interface SystemFailure {
	message: string;
	hint: string;
}

interface SystemError extends Error {
	code?: unknown;
	syscall?: unknown;
	path?: unknown;
}

/** null for any other error. */
export function describeSystemFailure(error: unknown): SystemFailure | null {
	if (!(error instanceof Error) || !('code' in error)) return null;
	const { code, syscall, path }: SystemError = error;
	if (syscall === 'uv_cwd')
		return {
			message: 'the folder this was started in no longer exists',
			hint: 'Change to an existing folder; if it was created again: cd "$PWD"',
		};
	const failure = typeof code === 'string' ? FAILURES.get(code) : undefined;
	if (failure === undefined) return null;
	const where = typeof path === 'string' ? ` (${String(syscall)} ${path})` : '';
	return { message: `${failure.message}${where}`, hint: failure.hint };
}

const NO_ROOM = {
	message: 'no space left',
	hint: 'Free some space on that disk; what was recorded before is intact.',
};
const NO_RIGHT = { message: 'permission denied', hint: 'Check its owner and its mode.' };
const FAILURES: ReadonlyMap<string, SystemFailure> = new Map([
	['EMFILE', { message: 'too many open files for this shell', hint: 'Raise the limit: ulimit -n 1024' }],
	[
		'ENFILE',
		{ message: 'too many open files on this machine', hint: 'Stop a program that keeps many files open.' },
	],
	['ENOMEM', { message: 'no memory left', hint: 'Stop a program that uses a lot of memory.' }],
	[
		'EAGAIN',
		{ message: 'no more processes for this user', hint: 'Stop some, or raise the limit: ulimit -u' },
	],
	['ENOSPC', NO_ROOM],
	['EDQUOT', NO_ROOM],
	['EROFS', { message: 'the disk is read-only', hint: 'Remount it read-write.' }],
	['EACCES', NO_RIGHT],
	['EPERM', NO_RIGHT],
	['EIO', { message: 'the disk cannot be read or written', hint: 'Check the system log: dmesg' }],
	['ENAMETOOLONG', { message: 'a path is too long for this disk', hint: 'Use a shorter one.' }],
]);

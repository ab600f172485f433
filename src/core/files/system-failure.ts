/** What a system error says to people, where it is the machine's state and no bug: everywhere else it would be a stack. */
export interface SystemFailure {
	message: string;
	hint: string;
}

interface SystemError extends Error {
	code?: unknown;
	syscall?: unknown;
	path?: unknown;
}

/** null for what is no such error. */
export function describeSystemFailure(error: unknown): SystemFailure | null {
	if (!(error instanceof Error) || !('code' in error)) return null;
	const { code, syscall, path }: SystemError = error;
	if (syscall === 'uv_cwd')
		return {
			message: 'the folder that this was started in is gone',
			hint: 'Go to one that is there; where it was made anew: cd "$PWD"',
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
const NO_RIGHT = { message: 'permission denied', hint: 'Check who owns it and what its mode allows.' };
const FAILURES: ReadonlyMap<string, SystemFailure> = new Map([
	['EMFILE', { message: 'too many open files for this shell', hint: 'Allow more: ulimit -n 1024' }],
	['ENFILE', { message: 'too many open files on this machine', hint: 'End something that keeps many open.' }],
	['ENOMEM', { message: 'no memory left', hint: 'End something that takes much of it.' }],
	['EAGAIN', { message: 'no more processes for this user', hint: 'End some, or allow more: ulimit -u' }],
	['ENOSPC', NO_ROOM],
	['EDQUOT', NO_ROOM],
	['EROFS', { message: 'the disk is read-only', hint: 'Mount it so that it can be written.' }],
	['EACCES', NO_RIGHT],
	['EPERM', NO_RIGHT],
	['EIO', { message: 'the disk cannot be read or written', hint: 'See what the system logs of it: dmesg' }],
	['ENAMETOOLONG', { message: 'a path is too long for this disk', hint: 'Use a shorter one.' }],
]);

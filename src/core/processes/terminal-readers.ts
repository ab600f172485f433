/** Finds out who waits for terminal input. Linux shows it by the system call a process is in; elsewhere nobody is known. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hasErrno } from '../errors.ts';

/** Numbers of `read` and `readv` (the kernel's syscall tables); other machines are unknown. */
const READS: Readonly<Record<string, readonly string[]>> = { x64: ['0', '19'], arm64: ['63', '65'] };

/**
 * True while one of the processes blocks in a read of that terminal, by its own path or as `/dev/tty`. A process of another user
 * (sudo) cannot be seen and does not count; nor does one that waits with poll or select.
 */
export function isTerminalRead(pids: readonly number[], terminalPath: string): boolean {
	const reads = process.platform === 'linux' ? READS[process.arch] : undefined;
	return reads !== undefined && pids.some((pid) => readsFrom(pid, terminalPath, reads));
}

/** proc_pid_syscall(5): `0 0x3 …`, or `running`. */
function readsFrom(pid: number, terminalPath: string, reads: readonly string[]): boolean {
	const [call = '', descriptor = ''] = unlessHidden(() => readFileSync(`/proc/${pid}/syscall`, 'utf8')).split(
		' ',
	);
	if (!reads.includes(call) || !/^0x[\da-f]+$/.test(descriptor)) return false;
	const path = unlessHidden(() => readlinkSync(`/proc/${pid}/fd/${Number(descriptor)}`));
	return path === terminalPath || path === '/dev/tty';
}

function unlessHidden(read: () => string): string {
	try {
		return read();
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL')) return '';
		throw error;
	}
}

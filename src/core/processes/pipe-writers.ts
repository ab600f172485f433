import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hasErrno } from '../errors.ts';

/**
 * Pids of the other processes that hold the pipe behind `fd` open for writing; null where that cannot be seen (another
 * system than Linux, a socket). Processes of other users are not seen. 10 ms for 300 processes.
 */
export function pipeWriters(fd: number): number[] | null {
	if (process.platform !== 'linux') return null;
	const pipe = linkOf(`/proc/self/fd/${fd}`);
	if (pipe === null || !pipe.startsWith('pipe:')) return null;
	return entriesOf('/proc')
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
		.filter((pid) => holdsForWriting(pid, pipe))
		.map(Number);
}

function holdsForWriting(pid: string, pipe: string): boolean {
	return entriesOf(`/proc/${pid}/fd`).some(
		(fd) => linkOf(`/proc/${pid}/fd/${fd}`) === pipe && isForWriting(`/proc/${pid}/fdinfo/${fd}`),
	);
}

/** The lowest two bits of `flags` (octal) are the access mode (proc_pid_fdinfo(5)): 0 is reading only. */
function isForWriting(fdinfo: string): boolean {
	const text = unlessGone(() => readFileSync(fdinfo, 'utf8')) ?? '';
	const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
	return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}

function entriesOf(folder: string): string[] {
	return unlessGone(() => readdirSync(folder)) ?? [];
}

function linkOf(path: string): string | null {
	return unlessGone(() => readlinkSync(path));
}

function unlessGone<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR')) return null;
		throw error;
	}
}

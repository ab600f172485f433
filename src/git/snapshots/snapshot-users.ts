/** Records which relays use a repo's snapshots: nothing that a living one may still ask for is removed. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { endFutureTime } from '../../core/files/file-facts.ts';
import { namesIn } from '../../core/files/folders.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { createWithFolder, removeIfThere } from '../../core/files/write-file.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';

export type UserProcesses = Pick<ProcessTable, 'identify' | 'isAlive' | 'place'>;

/** How long a mark counts whose process cannot be seen from here (another host, a container). */
const FAR_MARK_MS = 7 * 24 * 3_600_000;
/** How much the clocks of two machines may differ. */
const CLOCKS_DIFFER_MS = 3_600_000;

const usersOf = (home: string) => join(home, 'users');

/** Marks this process as a user of the snapshots in `home`. The caller removes the returned path when it is done with them. */
export function markUser(home: string, processes: UserProcesses): string {
	const path = join(usersOf(home), `${process.pid}-${randomBytes(4).toString('hex')}`);
	const start = processes.identify(process.pid)?.start ?? '';
	const mark = `${JSON.stringify({ pid: process.pid, start, place: placeOf(processes) })}\n`;
	createWithFolder(path, mark);
	return path;
}

const marksIn = (home: string) => namesIn(usersOf(home)).map((name) => join(usersOf(home), name));

/** Changes nothing. `except`: a mark that does not count. */
export function isInUse(home: string, processes: UserProcesses, now: number, except?: string): boolean {
	return marksIn(home).some((path) => path !== except && isOfLiving(path, processes, now));
}

/** Removes the marks of processes that are gone, and resets marks dated in the future so that they age from now. */
export function dropStaleMarks(home: string, processes: UserProcesses, now: number): void {
	for (const path of marksIn(home)) {
		if (isOfLiving(path, processes, now)) endFutureTime(path, now, CLOCKS_DIFFER_MS);
		else removeIfThere(path);
	}
}

function isOfLiving(path: string, processes: UserProcesses, now: number): boolean {
	const mark = readMark(path);
	if (mark?.place === placeOf(processes)) return processes.isAlive(mark);
	return now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < FAR_MARK_MS;
}

/** null for an invalid mark: it counts as one from another machine. */
function readMark(path: string): { pid: number; start: string; place: string } | null {
	try {
		const value: unknown = JSON.parse(readIfThere(path)?.toString('utf8') ?? '');
		if (typeof value !== 'object' || value === null) return null;
		const { pid, start, place } = { pid: 0, start: '', place: '', ...value };
		return typeof pid === 'number' && typeof start === 'string' && typeof place === 'string'
			? { pid, start, place }
			: null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

function placeOf(processes: UserProcesses): string {
	const { host, pid_namespace } = processes.place();
	return `${host} ${pid_namespace ?? ''}`;
}

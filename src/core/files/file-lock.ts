/**
 * A short-lived lock for a small file that several relays rewrite (ledger, trust, user config): read, change, replace, within a few
 * milliseconds. It is a symbolic link to nothing, whose target names its holder: a link is made in one step with what it says, so
 * that a process which is killed never leaves a lock without a holder. A session's lock, held for hours and refreshed, lives in
 * `sessions/`.
 */
import { readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { hasErrno, RelayError } from '../errors.ts';
import type { ProcessTable } from '../processes/process-table.ts';
import { endFutureTime, lstatIfThere } from './file-facts.ts';
import { ensureFolder } from './folders.ts';
import { readOrNull } from './read-file.ts';
import { createExclusive, removeIfThere } from './write-file.ts';

/**
 * The holder of a lock. `start` exposes a reused pid; `place` names machine, boot and pid namespace.
 * @internal For tests: they write a lock as another process does.
 */
export interface LockHolder {
	pid: number;
	/** Opaque start stamp of the process. */
	start: string;
	/** Only where this is equal can the process be judged. */
	place: string;
}

export interface Locking {
	self: LockHolder;
	/** Whether that process still runs; asked only for holders in the same `place`. */
	isAlive(holder: LockHolder): boolean;
	/** Wall clock, epoch ms; compared with file times. */
	now(): number;
	/** How long to wait for a living holder. Default 5 s. */
	timeoutMs?: number;
}

/** Locking by the real processes of this machine. This process is looked up when it first locks. */
export function lockingOf(processes: ProcessTable, clock: Pick<Clock, 'now'>): Locking {
	let self: LockHolder | null = null;
	return {
		get self() {
			const { host, boot_id, pid_namespace } = processes.place();
			const place = [host, boot_id, pid_namespace].join(' ');
			self ??= { pid: process.pid, start: processes.identify(process.pid)?.start ?? '', place };
			return self;
		},
		isAlive: (holder) => processes.isAlive(holder),
		now: () => clock.now(),
	};
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** A holder that cannot be judged (on another machine) is stale after this; a hold takes milliseconds. */
const UNJUDGED_STALE_MS = 10_000;
/**
 * A lock without a holder in it is stale after this: it was left by a process that died between making the file and writing it.
 * Shorter than others wait, so that they get on.
 */
const TORN_STALE_MS = 2_000;
/** Short compared with a hold with two fsyncs (1-10 ms), long compared with one look (0.05 ms). */
const RETRY_MS = 4;

/**
 * Runs `action` while this process alone holds `path` (a file next to the one it guards, created and removed here). Blocks the
 * thread while another holds it. Throws RelayError `not_writable` when a living holder does not let go in time; errors of `action`
 * and of the file system pass through, with the lock released.
 */
export function withFileLock<T>(path: string, locking: Locking, action: () => T): T {
	acquire(path, locking);
	try {
		return action();
	} finally {
		removeIfThere(path);
	}
}

function acquire(path: string, locking: Locking): void {
	const content = JSON.stringify(locking.self);
	const attempts = Math.ceil((locking.timeoutMs ?? DEFAULT_TIMEOUT_MS) / RETRY_MS);
	for (let attempt = 0; attempt <= attempts; attempt++) {
		if (createLockWithFolder(path, content)) return;
		if (!removeStale(path, locking)) pause(RETRY_MS);
	}
	const holder = parseHolder(readText(path));
	throw new RelayError(
		'not_writable',
		`${path} is held by ${holder ? `process ${holder.pid}` : 'another process'}`,
		{
			hint: 'try again; if that process is gone or hangs, remove the lock file',
		},
	);
}

function createLockWithFolder(path: string, content: string): boolean {
	try {
		return createLock(path, content);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT')) throw error;
		ensureFolder(dirname(path));
		return createLock(path, content);
	}
}

/** False when something has that path. A plain file where the disk has no links. */
function createLock(path: string, content: string): boolean {
	try {
		symlinkSync(content, path);
		return true;
	} catch (error) {
		if (hasErrno(error, 'EEXIST')) return false;
		if (!hasErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
		return createExclusive(path, content);
	}
}

/**
 * Removes a lock whose holder is gone. Two that see the same stale lock must not both remove: the second would remove the
 * first one's new lock. So removal happens under a lock of its own, after a second look.
 */
function removeStale(path: string, locking: Locking): boolean {
	if (!isStale(path, locking)) {
		endFutureTime(path, locking.now(), UNJUDGED_STALE_MS);
		return false;
	}
	const guard = `${path}.takeover`;
	if (!createLock(guard, JSON.stringify(locking.self))) {
		if (isStale(guard, locking)) renameAway(guard, locking);
		return false;
	}
	try {
		if (!isStale(path, locking)) return false;
		removeIfThere(path);
		return true;
	} finally {
		removeIfThere(guard);
	}
}

/** Removes a takeover that died half way. It is renamed to a name of our own first, so that only one process removes it. */
function renameAway(guard: string, locking: Locking): void {
	const own = `${guard}.${locking.self.pid}`;
	try {
		renameSync(guard, own);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT')) throw error;
	}
	removeIfThere(own);
}

/** Whether somebody holds the lock, as far as can be told from here. */
export const isLockHeld = (path: string, locking: Locking): boolean =>
	lstatIfThere(path) !== undefined && !isStale(path, locking);

function isStale(path: string, locking: Locking): boolean {
	if (lstatIfThere(path) === undefined) return false;
	const holder = parseHolder(readText(path));
	if (holder !== null && holder.place === locking.self.place) return !locking.isAlive(holder);
	return ageMs(path, locking.now()) > (holder === null ? TORN_STALE_MS : UNJUDGED_STALE_MS);
}

function parseHolder(text: string): LockHolder | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	if (typeof value !== 'object' || value === null) return null;
	if (!('pid' in value && 'start' in value && 'place' in value)) return null;
	const { pid, start, place } = value;
	if (typeof pid !== 'number' || typeof start !== 'string' || typeof place !== 'string') return null;
	return { pid, start, place };
}

/** Empty for anything that is not a lock: a folder, a pipe, nothing. */
function readText(path: string): string {
	try {
		return readlinkSync(path);
	} catch (error) {
		if (!hasErrno(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) throw error;
		return readOrNull(path)?.toString('utf8') ?? '';
	}
}

function ageMs(path: string, now: number): number {
	const facts = lstatIfThere(path);
	return facts === undefined ? 0 : now - facts.mtimeMs;
}

/** Sleeps without spinning, and blocks the event loop: the wait is shorter than one turn of it. */
function pause(ms: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

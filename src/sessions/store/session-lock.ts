/**
 * One writer a session. The lock is a file that appears whole (a hard link of a finished file), so that no reader meets a
 * half-written one. A stale lock is replaced only by whoever first creates the claim named after that very lock: two
 * processes that judge the same lock stale cannot both win.
 */
import { randomBytes } from 'node:crypto';
import {
	type BigIntStats,
	closeSync,
	fstatSync,
	futimesSync,
	linkSync,
	lstatSync,
	renameSync,
	utimesSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { type Clock, toIso } from '../../core/clock.ts';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { endFutureTime } from '../../core/files/file-facts.ts';
import { namesInExpected } from '../../core/files/folders.ts';
import { isUnreadable, openToRead, readIfThere } from '../../core/files/read-file.ts';
import { createExclusive, removeIfThere } from '../../core/files/write-file.ts';
import { standingOf } from '../../core/processes/process-place.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import { readRecord } from '../files/json-record.ts';
import { LOCK_FILE } from '../files/session-paths.ts';

/** What judging a lock needs to know about processes. */
export type LockProcesses = Pick<ProcessTable, 'identify' | 'isAlive' | 'place' | 'uptime'>;

const lockSchema = v.looseObject({
	schema_version: v.number(),
	/** Random; tells this lock from any other of the same process. */
	token: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
	pid: v.number(),
	pid_start: v.string(),
	boot_id: v.nullable(v.string()),
	pid_namespace: v.nullable(v.string()),
	host: v.string(),
	acquired_at: v.string(),
});

type Lock = v.InferOutput<typeof lockSchema>;

export interface LockHolder {
	pid: number;
	host: string;
	/** ISO-8601. */
	since: string;
	/** Set where the lock's file tells nothing: its path. */
	unreadable?: string;
	/** Epoch ms of the last refresh (the file's mtime). */
	refreshedAt: number;
	/** `gone` and `stale` locks may be taken over; `stale` ones are of another host or namespace. */
	judged: 'held' | 'gone' | 'stale';
}

interface FoundLock extends LockHolder {
	token: string;
}

/** Where the process of a lock cannot be looked at, it is stale after this long without a refresh (design 4). */
const STALE_AFTER_MS = 10 * 60_000;
/** A holder refreshes this often, so that twenty refreshes must fail before anyone takes over. */
export const REFRESH_EVERY_MS = 30_000;

export interface LockContext {
	clock: Pick<Clock, 'now'>;
	processes: LockProcesses;
}

export interface SessionLock {
	/** Marks the lock as still in use. */
	refresh(): void;
	/** `ours`, `missing` (the file vanished, nobody has it), or whoever holds it now. */
	check(): 'ours' | 'missing' | LockHolder;
	/** Creates the file again after `missing`. False when someone else was faster. */
	restore(): boolean;
	/** Removes the file when it is ours. Idempotent. */
	release(): void;
	/** The holder that this lock replaced, null when there was none. */
	readonly replaced: LockHolder | null;
}

/** Who has the lock, judged; null when nobody does. Never writes. Throws `damaged_record` for what is no lock at all. */
export function readLock(folder: string, context: LockContext): LockHolder | null {
	return findLock(join(folder, LOCK_FILE), context);
}

export interface LockOptions {
	/** What killed processes left beside the sessions is not looked for, which takes a listing of all of them. */
	leavesDrafts?: boolean;
	/** The names beside the sessions, where the caller has just listed them. */
	beside?: readonly string[];
}

/**
 * Takes the lock, or throws `session_locked` naming the pid, host and time of whoever has it; `damaged_record` as `readLock`.
 * Removes what killed processes left beside the sessions.
 */
export function acquireLock(
	folder: string,
	context: LockContext,
	{ leavesDrafts = false, beside }: LockOptions = {},
): SessionLock {
	const path = join(folder, LOCK_FILE);
	const token = randomBytes(8).toString('hex');
	// Outside the session's folder: a refused attempt must leave no trace there, not even in its mtime.
	const draft = join(dirname(folder), `.${basename(folder)}.${token}.tmp`);
	if (!leavesDrafts) removeStrayDrafts(dirname(folder), beside, context);
	try {
		createExclusive(draft, lockText(token, context));
		utimesSync(draft, context.clock.now() / 1000, context.clock.now() / 1000);
		for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
			if (keepFolderTime(folder, () => linkExclusive(draft, path), Boolean))
				return holdLock(path, token, null, context);
			const found = findLock(path, context);
			if (found === null) continue;
			if (found.judged === 'held') {
				endFutureTime(path, context.clock.now(), REFRESH_EVERY_MS);
				throw lockedBy(found);
			}
			const taken = keepFolderTime(folder, () => takeOver(path, draft, found, context));
			if (taken === 'ours') return holdLock(path, token, found, context);
			if (taken !== 'again') throw lockedBy(taken);
		}
		throw new RelayError('session_locked', `the lock ${path} changes hands too fast`, {
			hint: 'try again in a moment',
		});
	} finally {
		removeIfThere(draft);
	}
}

/**
 * For a removal on a disk that is full, where a lock cannot be written: an empty one needs no space, and everybody else takes it for
 * one that cannot be judged. null: there is a lock already. Throws system errors.
 */
export function acquireEmptyLock(folder: string): Pick<SessionLock, 'release'> | null {
	const path = join(folder, LOCK_FILE);
	if (!createExclusive(path, '')) return null;
	return { release: () => removeIfThere(path) };
}

const DRAFT = /^\.[0-9A-Z]{26}\.[0-9a-f]{16}\.tmp$/;

/** What a process left that was killed while it took a lock: a draft tells its writer, as the lock itself does. */
function removeStrayDrafts(
	sessions: string,
	names: readonly string[] = namesInExpected(sessions, 'EACCES'),
	context: LockContext,
): void {
	for (const name of names) {
		const path = join(sessions, name);
		if (!DRAFT.test(name)) continue;
		const judged = findLock(path, context)?.judged;
		if (judged === 'gone' || judged === 'stale') removeIfThere(path);
	}
}

/** Each attempt past the first means that another process acted in between. */
const MAX_ATTEMPTS = 50;

export function lockedBy(holder: LockHolder): RelayError {
	if (holder.unreadable !== undefined) {
		return new RelayError('session_locked', `the lock ${holder.unreadable} cannot be read`, {
			hint: `another relay may hold it since ${holder.since}; if none runs, remove that file`,
		});
	}
	const who = `process ${holder.pid} on ${holder.host} since ${holder.since}`;
	return new RelayError('session_locked', `the session is in use by ${who}`, {
		hint: 'wait for it, end it, or start a new session',
	});
}

/**
 * Replaces a stale lock. The claim `lock.after-<token>` is the sole right to do so; a claim whose owner died is itself
 * claimed the same way. Whoever finds, with the claim in hand, that the lock has changed meanwhile, starts again.
 */
function takeOver(
	path: string,
	draft: string,
	stale: FoundLock,
	context: LockContext,
): 'ours' | 'again' | LockHolder {
	const isStill = ({ token }: FoundLock) => findLock(path, context)?.token === token;
	const walked: string[] = [];
	for (let last = stale; ; ) {
		const claim = `${path}.after-${last.token}`;
		if (walked.includes(claim)) return last;
		walked.push(claim);
		if (linkExclusive(draft, claim)) break;
		const claimant = findLock(claim, context);
		if (claimant === null) return 'again';
		// One that came too late holds its claim for a moment only; the lock is another's by then.
		if (claimant.judged === 'held') return isStill(stale) ? claimant : 'again';
		last = claimant;
	}
	if (!isStill(stale)) {
		removeIfThere(walked.at(-1) ?? '');
		return 'again';
	}
	renameSync(draft, path);
	for (const claim of walked.reverse()) removeIfThere(claim);
	return 'ours';
}

function holdLock(
	path: string,
	token: string,
	replaced: LockHolder | null,
	context: LockContext,
): SessionLock {
	const isOurs = () => findLock(path, context)?.token === token;
	/** The file as it was when it was last read and was ours: each write asks, and most of the time nothing touched it. */
	let known: BigIntStats | undefined;
	return {
		replaced,
		refresh: () => refreshFile(path, token, context),
		check: () => {
			const facts = lstatSync(path, { bigint: true, throwIfNoEntry: false });
			if (facts !== undefined && known !== undefined && isSameFile(facts, known)) return 'ours';
			known = undefined;
			const found = findLock(path, context);
			if (found === null) return 'missing';
			if (found.token !== token) return found;
			known = facts;
			return 'ours';
		},
		restore: () => createExclusive(path, lockText(token, context)),
		release: () => {
			if (isOurs()) removeIfThere(path);
		},
	};
}

/** The same file with the same content: what replaces a lock is another file, and what writes to one changes its times. */
function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
	return (
		a.ino === b.ino &&
		a.dev === b.dev &&
		a.size === b.size &&
		a.mtimeNs === b.mtimeNs &&
		a.ctimeNs === b.ctimeNs
	);
}

/** Only the mtime changes, through an open file that was checked: a lock of someone else is never touched. */
function refreshFile(path: string, token: string, context: LockContext): void {
	let fd: number;
	try {
		fd = openToRead(path);
	} catch (error) {
		if (hasErrno(error, 'ENOENT') || isUnreadable(error)) return;
		throw error;
	}
	try {
		const now = context.clock.now() / 1000;
		const isSame = lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
		if (isSame && findLock(path, context)?.token === token) futimesSync(fd, now, now);
	} finally {
		closeSync(fd);
	}
}

function lockText(token: string, { clock, processes }: LockContext): string {
	const lock: Lock = {
		schema_version: 1,
		token,
		pid: process.pid,
		pid_start: processes.identify(process.pid)?.start ?? '',
		...processes.place(),
		acquired_at: toIso(clock.now()),
	};
	return `${JSON.stringify(lock)}\n`;
}

function findLock(path: string, context: LockContext): FoundLock | null {
	let refreshedAt: number | undefined;
	const bytes = readRecord(path, ({ mtimeMs }) => {
		refreshedAt = mtimeMs;
	});
	if (bytes === null || refreshedAt === undefined) return null;
	const { clock, processes } = context;
	const isOld = clock.now() - refreshedAt > STALE_AFTER_MS;
	const lock = parseLock(bytes.toString('utf8'));
	if (lock === null) {
		const since = toIso(refreshedAt);
		// A power cut empties files that were written shortly before.
		const isOfEarlierBoot = refreshedAt < clock.now() - processes.uptime() * 1000;
		const judged = isOld || isOfEarlierBoot ? 'stale' : 'held';
		return {
			pid: 0,
			host: 'an unknown host',
			since,
			unreadable: path,
			refreshedAt,
			judged,
			token: 'unreadable',
		};
	}
	const judged = judge(lock, isOld, processes);
	return { pid: lock.pid, host: lock.host, since: lock.acquired_at, refreshedAt, judged, token: lock.token };
}

function judge(lock: Lock, isOld: boolean, processes: LockProcesses): LockHolder['judged'] {
	switch (standingOf(lock, processes.place())) {
		case 'here':
			return processes.isAlive({ pid: lock.pid, start: lock.pid_start }) ? 'held' : 'gone';
		case 'ended':
			return 'gone';
		case 'unseen':
			return isOld ? 'stale' : 'held';
	}
}

function parseLock(text: string): Lock | null {
	try {
		const result = v.safeParse(lockSchema, JSON.parse(text));
		return result.success ? result.output : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

/** A new name for a finished file, or false when the name is taken. Copies where the disk has no hard links. */
function linkExclusive(from: string, to: string): boolean {
	try {
		linkSync(from, to);
		return true;
	} catch (error) {
		if (hasErrno(error, 'EEXIST')) return false;
		if (!hasErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
		return createExclusive(to, readIfThere(from)?.toString('utf8') ?? '');
	}
}

/**
 * One writer a session. The lock is a file that appears whole (a hard link of a finished file), so that no reader meets a
 * half-written one. A stale lock is replaced only by the process that first creates the claim named after that very lock: two
 * processes that judge the same lock stale cannot both win.
 */
import {
	type BigIntStats,
	closeSync,
	fstatSync,
	futimesSync,
	linkSync,
	lstatSync,
	renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { endFutureTime } from '../../core/files/file-facts.ts';
import { namesIn } from '../../core/files/folders.ts';
import { createWhole } from '../../core/files/new-file.ts';
import { isUnreadable, openToRead, readIfThere } from '../../core/files/read-file.ts';
import { createExclusive, removeIfThere } from '../../core/files/write-file.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import { LOCK_FILE } from '../files/session-paths.ts';
import { makeLockDraft, removeStrayLockDrafts } from './lock-draft.ts';
import {
	type FoundLock,
	findLock,
	type LockContext,
	type LockHolder,
	lockedBy,
	lockText,
} from './lock-record.ts';

/** A holder refreshes this often, so that twenty refreshes must fail before anyone takes over. */
export const REFRESH_EVERY_MS = 30_000;

export interface SessionLock {
	/** Marks the lock as still in use. */
	refresh(): void;
	/** `ours`, `missing` (the file vanished, nobody has it), or the holder now. */
	check(): 'ours' | 'missing' | LockHolder;
	/** Creates the file again after `missing`. False when someone else was faster. */
	restore(): boolean;
	/** Removes the file when it is ours. Idempotent. */
	release(): void;
	/** The holder that this lock replaced, null when there was none. */
	readonly replaced: LockHolder | null;
}

export interface LockOptions {
	/** Does not look for what killed processes left next to the sessions, which takes a listing of all of them. */
	leavesDrafts?: boolean;
	/** The names in the sessions folder, if the caller has just listed it. */
	siblings?: readonly string[];
}

/**
 * Takes the lock, or throws `session_locked` naming the pid, host and time of its holder; `damaged_record` like `readLock`.
 * Removes what killed processes left next to the sessions.
 */
export function acquireLock(
	folder: string,
	context: LockContext,
	{ leavesDrafts = false, siblings }: LockOptions = {},
): SessionLock {
	const path = join(folder, LOCK_FILE);
	const sessions = dirname(folder);
	if (!leavesDrafts) removeStrayLockDrafts(sessions, siblings ?? namesIn(sessions, 'EACCES'), context);
	// Outside the session's folder: a refused attempt must leave no trace there, not even in its mtime.
	const { path: draft, token } = makeLockDraft(folder, context);
	try {
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
 * For a removal on a full disk, where a lock cannot be written: an empty one needs no space, and everybody else takes it for one
 * that cannot be judged. null: there is a lock already. Throws system errors.
 */
export function acquireEmptyLock(folder: string): Pick<SessionLock, 'release'> | null {
	const path = join(folder, LOCK_FILE);
	if (!createExclusive(path, '')) return null;
	return { release: () => removeIfThere(path) };
}

/** Each attempt past the first means that another process acted in between. */
const MAX_ATTEMPTS = 50;

/**
 * Replaces a stale lock. The claim `lock.after-<token>` is the sole right to do so; a claim whose owner died is itself
 * claimed the same way. A claimant that finds that the lock has changed meanwhile starts again.
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
		// A late claimant holds its claim only for a moment; by then the lock is another's.
		if (claimant.judged === 'held') return isStill(stale) ? claimant : 'again';
		last = claimant;
	}
	if (!isStill(stale)) {
		removeIfThere(walked.at(-1) ?? '');
		return 'again';
	}
	renameSync(draft, path);
	removeClaims(path);
	return 'ours';
}

/** Nobody needs one any more once the lock has another holder, nor those of an earlier take-over that was killed here. */
function removeClaims(path: string): void {
	const start = `${basename(path)}.after-`;
	for (const name of namesIn(dirname(path)))
		if (name.startsWith(start)) removeIfThere(join(dirname(path), name));
}

function holdLock(
	path: string,
	token: string,
	replaced: LockHolder | null,
	context: LockContext,
): SessionLock {
	const isOurs = () => findLock(path, context)?.token === token;
	/** The file when it was last read and was ours: each write asks, and mostly nothing has touched it. */
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
		restore: () => createWhole(path, lockText(token, context)),
		release: () => {
			if (isOurs()) removeIfThere(path);
		},
	};
}

/** The same file with the same content: a lock is replaced by another file, and a write to it changes its times. */
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

/** Gives a finished file a new name; false when the name is taken. Copies if the disk has no hard links. */
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

/** The content of a session's lock file, and whether its holder still has the lock. */
import { join } from 'node:path';
import * as v from 'valibot';
import { type Clock, toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { standingOf } from '../../core/processes/process-place.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';
import { readRecord } from '../files/json-record.ts';
import { LOCK_FILE } from '../files/session-paths.ts';

/** What is needed about processes to judge a lock. */
export type LockProcesses = Pick<ProcessTable, 'identify' | 'isAlive' | 'place' | 'uptime'>;

const lockSchema = v.looseObject({
	schema_version: v.number(),
	/** Random; distinguishes this lock from any other of the same process. */
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
	/** The path of the lock's file, set if that names no holder. */
	unreadable?: string;
	/** Epoch ms of the last refresh (the file's mtime). */
	refreshedAt: number;
	/** `gone` and `stale` locks may be taken over; `stale` ones belong to another host or namespace. */
	judged: 'held' | 'gone' | 'stale';
}

export interface FoundLock extends LockHolder {
	token: string;
}

export interface LockContext {
	clock: Pick<Clock, 'now'>;
	processes: LockProcesses;
}

/** A lock whose process cannot be checked is stale after this long without a refresh. */
const STALE_AFTER_MS = 10 * 60_000;

/** Who has the lock, judged; null when nobody does. Never writes. Throws `damaged_record` for anything but a lock. */
export function readLock(folder: string, context: LockContext): LockHolder | null {
	return findLock(join(folder, LOCK_FILE), context);
}

/** The holder that the lock at `path` names, judged; null when there is none. Throws `damaged_record` for anything but a lock. */
export function findLock(path: string, context: LockContext): FoundLock | null {
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

export function lockText(token: string, { clock, processes }: LockContext): string {
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

/** What the user should know about the lock that was taken over. */
export function noticesOf(replaced: LockHolder | null): string[] {
	if (replaced === null) return [];
	if (replaced.unreadable !== undefined)
		return [
			`took over the lock ${replaced.unreadable}, which could not be read, last touched ${toIso(replaced.refreshedAt)}`,
		];
	const who = `process ${replaced.pid} on ${replaced.host}`;
	const since = toIso(replaced.refreshedAt);
	return replaced.judged === 'stale'
		? [
				`took over the lock of ${who}, which cannot be checked from here and has shown no sign of life since ${since}`,
			]
		: [`took over the lock of ${who}, which is gone`];
}

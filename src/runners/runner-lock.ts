/**
 * `lock` in the folder of a runner: who works on it, for as long as that takes. A pid alone proves nothing, as it may have been given
 * to another process: the holder is known by its start and by where it runs.
 */
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { isLockHeld, lockingOf, withFileLock } from '../core/files/file-lock.ts';
import { createWhole } from '../core/files/new-file.ts';
import { readJsonOrNull } from '../core/files/read-file.ts';
import { removeIfThere, removeTemporaries } from '../core/files/write-file.ts';
import { type ProcessPlace, standingOf } from '../core/processes/process-place.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import { safeLine } from '../core/text.ts';

export interface LockDeps {
	processes: ProcessTable;
	clock: Pick<Clock, 'now'>;
}

export interface RunnerHolder extends ProcessPlace {
	pid: number;
	/** Opaque start stamp of the process. */
	start: string;
	/** What it does: `attach`, `edit`, … */
	doing: string;
	/** ISO-8601. */
	since: string;
}

/** `dead`: nobody has it any more, so it may be removed. `holder` null: the file says nothing that can be read. */
export type LockLook =
	| { is: 'free' }
	| { is: 'dead'; holder: RunnerHolder | null }
	| { is: 'held'; holder: RunnerHolder | null; isKnownAlive: boolean };

/** A holder that cannot be seen refreshes its lock, so one this old has none. */
const UNSEEN_STALE_MS = 24 * 60 * 60_000;
const REFRESH_MS = 10 * 60_000;

export const lockPath = (folder: string): string => join(folder, 'lock');
const takePath = (path: string): string => `${path}.take`;

export function lookAtLock(folder: string, deps: LockDeps): LockLook {
	const { processes, clock } = deps;
	const path = lockPath(folder);
	const facts = lstatIfThere(path);
	if (facts === undefined) return isTakingLeft(path, deps) ? { is: 'dead', holder: null } : { is: 'free' };
	const holder = facts.isFile() ? parseHolder(readJsonOrNull(path)) : null;
	const ageMs = clock.now() - facts.mtimeMs;
	if (holder === null) return lookAtUnreadable(path, facts.isFile(), deps);
	return lookAtHolder(holder, ageMs, processes);
}

function lookAtHolder(holder: RunnerHolder, ageMs: number, processes: ProcessTable): LockLook {
	switch (standingOf(holder, processes.place())) {
		case 'here':
			return processes.isAlive(holder) ? { is: 'held', holder, isKnownAlive: true } : { is: 'dead', holder };
		case 'ended':
			return { is: 'dead', holder };
		case 'unseen':
			return ageMs > UNSEEN_STALE_MS ? { is: 'dead', holder } : { is: 'held', holder, isKnownAlive: false };
	}
}

/**
 * A lock is written by whoever holds `lock.take`: one that cannot be read while that is not there was left by a process that died
 * between making the file and writing it. Where there is one, it may be written at this moment.
 */
function lookAtUnreadable(path: string, isFile: boolean, { processes, clock }: LockDeps): LockLook {
	const isBeingWritten = isLockHeld(takePath(path), lockingOf(processes, clock));
	// Looked at again: it may have been written just before `lock.take` went.
	const isDead = isFile && !isBeingWritten && parseHolder(readJsonOrNull(path)) === null;
	return isDead ? { is: 'dead', holder: null } : { is: 'held', holder: null, isKnownAlive: false };
}

/** Whoever took it died before there was a lock, and may have left that half-written beside it. */
function isTakingLeft(path: string, { processes, clock }: LockDeps): boolean {
	const take = takePath(path);
	return lstatIfThere(take) !== undefined && !isLockHeld(take, lockingOf(processes, clock));
}

export interface HeldLock {
	/** Idempotent. */
	release(): void;
}

/** Takes the lock, a dead one's too. Throws `session_locked` with who has it. */
export function takeLock(folder: string, doing: string, name: string, deps: LockDeps): HeldLock {
	const { processes, clock } = deps;
	const path = lockPath(folder);
	const text = `${JSON.stringify({ ...selfAs(doing, deps) })}\n`;
	withFileLock(takePath(path), lockingOf(processes, clock), () => {
		const look = lookAtLock(folder, deps);
		// Nobody else writes it now, so nobody is about to say who has it.
		const isTorn = look.is === 'held' && look.holder === null && lstatIfThere(path)?.isFile() === true;
		if (look.is === 'held' && !isTorn) throw lockedError(name, look.holder);
		removeTemporaries(folder, isOfHolder);
		if (look.is !== 'free') removeIfThere(path);
		if (!createWhole(path, text)) throw lockedError(name, null);
	});
	const timer = setInterval(() => touch(path, clock.now()), REFRESH_MS);
	timer.unref();
	let isHeld = true;
	return {
		release: () => {
			if (!isHeld) return;
			isHeld = false;
			clearInterval(timer);
			// Whoever overrode it may have taken it since.
			const { holder } = { holder: null, ...lookAtLock(folder, deps) };
			if (holder?.pid === process.pid) removeIfThere(path);
		},
	};
}

/** Files of a runner that are written only by whoever holds its lock. */
const isOfHolder = (name: string): boolean => name !== 'runner.json';

/** The lock of a folder that nobody else knows yet. */
export const writeLock = (folder: string, doing: string, deps: LockDeps): void => {
	createWhole(lockPath(folder), `${JSON.stringify(selfAs(doing, deps))}\n`);
};

function selfAs(doing: string, { processes, clock }: LockDeps): RunnerHolder {
	const start = processes.identify(process.pid)?.start ?? '';
	return { pid: process.pid, start, ...processes.place(), doing, since: toIso(clock.now()) };
}

function touch(path: string, now: number): void {
	try {
		utimesSync(path, now / 1000, now / 1000);
	} catch {
		// Overridden, or the folder is gone: whoever holds it finds that out by what it does there.
	}
}

export function lockedError(name: string, holder: RunnerHolder | null): RelayError {
	const who =
		holder === null
			? 'something that cannot be read'
			: `process ${holder.pid} on ${safeLine(holder.host, 80)} (${safeLine(holder.doing, 20)})`;
	return new RelayError('session_locked', `The runner ${name} is locked by ${who}.`, {
		hint:
			holder?.doing === 'attach'
				? `Send it back first: agent-relay runner background ${name}`
				: `Wait for it. If it is gone: agent-relay runner override ${name}`,
	});
}

function parseHolder(value: unknown): RunnerHolder | null {
	if (typeof value !== 'object' || value === null) return null;
	const fields = new Map(Object.entries(value));
	const text = (name: string) => {
		const field = fields.get(name);
		return typeof field === 'string' ? field : null;
	};
	const pid = fields.get('pid');
	const [start, host] = [text('start'), text('host')];
	if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1 || start === null || host === null)
		return null;
	return {
		pid,
		start,
		host,
		boot_id: text('boot_id'),
		pid_namespace: text('pid_namespace'),
		doing: text('doing') ?? '',
		since: text('since') ?? '',
	};
}

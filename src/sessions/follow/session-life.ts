import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import type { SessionId } from '../../core/ids.ts';
import type { ProcessIdentity } from '../../core/processes/process-table.ts';
import { readMeta } from '../files/json-record.ts';
import { LOCK_FILE, META_FILE } from '../files/session-paths.ts';
import type { StoreLocation } from '../files/store-location.ts';
import { sessionPlaces } from '../listing/session-list.ts';
import { type LockContext, readLock } from '../store/lock-record.ts';

/**
 * Whether a relay works in a session, by its lock; a lock that was removed together with the record (an agent's `git clean`) is
 * written again by the relay that held it, so that process decides then.
 */
export class SessionLife {
	readonly #context: LockContext;
	readonly #folder: () => string;
	#holder: ProcessIdentity | null = null;

	/** `folder`: where the session is; asked each time, as it may move. */
	constructor(folder: () => string, context: LockContext) {
		this.#folder = folder;
		this.#context = context;
	}

	isLive(): boolean {
		const lock = lockOrNull(this.#folder(), this.#context);
		const { processes } = this.#context;
		if (lock?.judged === 'held') {
			const isHere = lock.host === processes.place().host;
			if (isHere && this.#holder?.pid !== lock.pid) this.#holder = processes.identify(lock.pid);
			return true;
		}
		if (lock !== null || this.#holder === null || isReleased(this.#folder())) return false;
		return processes.isAlive(this.#holder);
	}
}

/** null also for what is no lock. */
function lockOrNull(folder: string, context: LockContext) {
	try {
		return readLock(folder, context);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

/** Whoever leaves a session writes how, and then removes the lock. */
function isReleased(folder: string): boolean {
	try {
		const meta = readMeta(join(folder, META_FILE));
		return meta !== null && meta.status !== 'active';
	} catch (error) {
		if (error instanceof RelayError) return true;
		throw error;
	}
}

/** Sessions that a relay works in now, of all worktrees; looks only into those that have a lock. */
export function liveSessions(location: StoreLocation, context: LockContext): SessionId[] {
	return [...sessionPlaces(location)]
		.filter(([id, sessions]) => lstatIfThere(join(sessions, id, LOCK_FILE)) !== undefined)
		.filter(([id, sessions]) => lockOrNull(join(sessions, id), context)?.judged === 'held')
		.map(([id]) => id)
		.sort();
}

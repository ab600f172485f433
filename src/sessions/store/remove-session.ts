import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { isFolder } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { SessionId } from '../../core/ids.ts';
import { refuseLinksTo } from '../files/held-folder.ts';
import { removedSessions, removeSessionFolder } from '../files/removed-sessions.ts';
import {
	folderOfSession,
	isStore,
	placesOf,
	type StoreLocation,
	storeFolders,
} from '../files/store-location.ts';
import type { Witness, Witnesses } from '../witness/witness.ts';
import { lockSession } from './held-place.ts';
import { type LockContext, readLock } from './lock-record.ts';
import { acquireEmptyLock, type SessionLock } from './session-lock.ts';

interface RemovalContext {
	location: StoreLocation;
	witnesses: Witnesses;
	context: LockContext;
}

/** Removes sessions, usually many in one process; see `SessionStore.remove`. */
export class SessionRemoval {
	readonly #deps: RemovalContext;
	/** Where the first removal has looked for what killed processes left: to do so for each would take quadratic time. */
	readonly #swept = new Set<string>();

	constructor(deps: RemovalContext) {
		this.#deps = deps;
	}

	/** What an earlier place has of the session is removed first: alone it would count as the session. */
	remove(id: SessionId, judge: (is: 'locked' | 'gone') => void): void {
		const { location, witnesses } = this.#deps;
		const folder = folderOfSession(location, id);
		const witness = witnesses.of(id);
		const earlier = placesOf(location, id).filter((place) => place !== folder && witness.folders.has(place));
		for (const place of [...earlier, folder]) refuseLinksTo(place);
		const lock = this.#lock(id, folder);
		try {
			judge('locked');
			// Nothing may be removed of a session that stays.
			if (earlier.length > 0) judge('gone');
			for (const place of earlier) explainingWrites(place, () => removeSessionFolder(place));
			explainingWrites(folder, () =>
				removeSessionFolder(folder, () => {
					judge('gone');
					if (!isElsewhereToo(witness, folder)) witness.remove();
				}),
			);
		} catch (error) {
			lock.release();
			throw error;
		}
	}

	/**
	 * Finishes what a process left that died in a removal. Returns the ids of those sessions. `names`: what the folder of new sessions
	 * holds.
	 */
	finish(names: readonly string[]): SessionId[] {
		const { location, witnesses, context } = this.#deps;
		return storeFolders(location)
			.filter(isStore)
			.flatMap((folder) => removedSessions(folder, folder === location.folder ? names : undefined))
			.flatMap(({ id, path }) => {
				// Its process lives, and may still make it a session again.
				if (isHeld(path, context)) return [];
				const witness = witnesses.of(id);
				const folder = join(dirname(path), id);
				// What a repo brought along says nothing about a session of another one.
				const isItsOwn = witness.folders.has(folder) && !isFolder(folder);
				if (isItsOwn && !isElsewhereToo(witness, folder)) witness.remove();
				explainingWrites(path, () => rmSync(path, { recursive: true, force: true }));
				return [id];
			});
	}

	#lock(id: SessionId, folder: string): Pick<SessionLock, 'release'> {
		const { location, context } = this.#deps;
		try {
			const sessions = dirname(folder);
			const leavesDrafts = this.#swept.has(sessions);
			this.#swept.add(sessions);
			return lockSession({ location, id, folder, context }, { leavesDrafts });
		} catch (error) {
			// Otherwise nothing could be removed exactly when it must be.
			const isFull = error instanceof RelayError && error.code === 'disk_full';
			const lock = isFull ? explainingWrites(folder, () => acquireEmptyLock(folder)) : null;
			if (lock === null) throw error;
			return lock;
		}
	}
}

function isHeld(folder: string, context: LockContext): boolean {
	try {
		return readLock(folder, context)?.judged === 'held';
	} catch (error) {
		// Something else is in place of the lock: no relay has it.
		if (error instanceof RelayError) return false;
		throw error;
	}
}

/** True for a repo that was copied with its records: the witness belongs to the other's session too. */
const isElsewhereToo = ({ folders }: Witness, removed: string) =>
	[...folders].some((folder) => folder !== removed && lstatIfThere(folder)?.isDirectory() === true);

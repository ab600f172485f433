/** Where a session is: its folders, held so that nobody can replace them, and its lock, taken. */
import { dirname } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { SessionId } from '../../core/ids.ts';
import { HeldFolder } from '../files/held-folder.ts';
import { sessionFolder } from '../files/session-paths.ts';
import {
	keptPlace,
	prepareStore,
	refuseLink,
	type StoreLocation,
	storeHolding,
} from '../files/store-location.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { LockContext } from './lock-record.ts';
import { acquireLock, type LockOptions, type SessionLock } from './session-lock.ts';

/** The session's folders, 0700. Throws `refused` if one is a link. */
export function holdFolders(folder: string, kind: SessionMeta['kind'], { isNew = false } = {}): HeldFolder {
	const held = new HeldFolder(folder, { isOfRace: kind === 'race', isNew });
	try {
		explainingWrites(folder, () => held.makeMissing());
		return held;
	} catch (error) {
		held.close();
		throw error;
	}
}

/** The locked place outside the repo for a session whose own can no longer be used; null if the session is already there. */
export function moveAway(
	location: StoreLocation,
	id: SessionId,
	kind: SessionMeta['kind'],
	context: LockContext,
) {
	const kept = keptPlace(location);
	refuseLink(dirname(kept.folder));
	const folder = sessionFolder(kept, id);
	if (kept.folder === storeHolding(location, id).folder) return null;
	prepareStore(kept);
	const place = holdFolders(folder, kind);
	try {
		return { place, lock: explainingWrites(folder, () => acquireLock(folder, context)) };
	} catch (error) {
		place.close();
		throw error;
	}
}

export function noSuchSession(id: SessionId, { folder }: Pick<StoreLocation, 'folder'>): RelayError {
	return new RelayError('no_such_session', `no session ${id} in ${folder}`, {
		hint: 'list them with: agent-relay sessions',
	});
}

/**
 * The lock of a session that existed a moment ago; a prune may be faster (`no_such_session`). Throws like `acquireLock`, whose
 * options it takes, and `disk_full` and `not_writable`.
 */
export function lockSession(
	{
		location,
		id,
		folder,
		context,
	}: { location: StoreLocation; id: SessionId; folder: string; context: LockContext },
	options: LockOptions = {},
): SessionLock {
	try {
		return explainingWrites(folder, () => acquireLock(folder, context, options));
	} catch (error) {
		if (hasErrno(error, 'ENOENT') && lstatIfThere(folder) === undefined) throw noSuchSession(id, location);
		throw error;
	}
}

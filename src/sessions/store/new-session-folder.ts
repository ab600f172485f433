import { mkdirSync } from 'node:fs';
import { hasErrno } from '../../core/errors.ts';
import { FOLDER_MODE, namesIn } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { isSessionId, type SessionId } from '../../core/ids.ts';
import { sessionFolder, sessionsFolder } from '../files/session-paths.ts';
import type { StoreLocation } from '../files/store-location.ts';

/**
 * A folder for a new id above all others there, in a store that was prepared just before. Ids far in the future (a wrong clock, a
 * planted folder) are ignored, or they would leave no room above them. `siblings`: the names in the same folder.
 */
export function makeSessionFolder(
	location: StoreLocation,
	nextId: (newest: SessionId | null) => SessionId,
	now: number,
): { id: SessionId; siblings: readonly string[] } {
	const siblings = namesIn(sessionsFolder(location));
	let newest = newestSession(siblings, now);
	for (;;) {
		const id = nextId(newest);
		try {
			mkdirSync(sessionFolder(location, id), { mode: FOLDER_MODE });
			return { id, siblings };
		} catch (error) {
			if (!hasErrno(error, 'EEXIST'))
				explainingWrites(location.folder, () => {
					throw error;
				});
			newest = id;
		}
	}
}

/** The highest id among the names of a sessions folder; null: there is none. */
export function newestSession(names: readonly string[], now: number): SessionId | null {
	const horizon = ulidTime(now + MAX_CLOCK_ERROR_MS);
	let newest: SessionId | null = null;
	for (const name of names)
		if (isSessionId(name) && name.slice(0, horizon.length) <= horizon && (newest === null || name > newest))
			newest = name;
	return newest;
}

/** Clocks are wrong by hours or a dead battery's years; a year keeps both order and room. */
const MAX_CLOCK_ERROR_MS = 366 * 24 * 3_600_000;

/** The time part of the lowest ULID of this moment. */
function ulidTime(epochMs: number): string {
	let digits = '';
	for (let rest = epochMs, i = 0; i < TIME_DIGITS; i++, rest = Math.floor(rest / 32))
		digits = (BASE32[rest % 32] ?? '0') + digits;
	return digits;
}

const TIME_DIGITS = 10;
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

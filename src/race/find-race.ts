import { RelayError } from '../core/errors.ts';
import { parseSessionId, type SessionId } from '../core/ids.ts';
import { nameInRef, resolveRef } from '../sessions/listing/session-ref.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import type { RaceRecord } from './record/race-record.ts';
import { racesIn } from './record/race-store.ts';

/**
 * The race that is meant by a full id, a unique part of one among the races, `latest` (also null: of those that can be
 * read), or `@name`, for the latest of that name. Throws `no_such_session`, `ambiguous_session`, and why the record of the one meant cannot be read.
 */
export function findRace(ref: string | null, store: Pick<SessionStore, 'list'>): RaceRecord {
	const { records, damaged } = racesIn(store, nameInRef(ref ?? '') ?? undefined);
	const [newest] = records;
	const [unread] = damaged;
	if (newest === undefined && unread === undefined)
		throw new RelayError('no_such_session', 'No race is recorded here.', {
			hint: 'Start one: agent-relay race "TASK" --agents claude,codex',
		});
	const newestId = newest === undefined ? null : parseSessionId(newest.id);
	const ids = [...records.flatMap(({ id }) => parseSessionId(id) ?? []), ...damaged.map(({ id }) => id)];
	const latest = () => newestId ?? unread?.id ?? null;
	const id = ref === null ? latest() : resolveRef(ref, { ids, latest });
	const found = records.find((race) => race.id === id);
	if (found !== undefined) return found;
	throw (
		damaged.find((one) => one.id === id)?.error ??
		new RelayError('damaged_record', `${id} is not the id of a race`)
	);
}

/** As `findRace`. */
export function findRaceId(ref: string | null, store: Pick<SessionStore, 'list'>): SessionId {
	const { id } = findRace(ref, store);
	const session = parseSessionId(id);
	if (session !== null) return session;
	throw new RelayError('damaged_record', `${id} is not the id of a race`);
}

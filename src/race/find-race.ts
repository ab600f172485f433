import { RelayError } from '../core/errors.ts';
import { parseSessionId, type SessionId } from '../core/ids.ts';
import { resolveRef } from '../sessions/session-ref.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { RaceRecord } from './race-record.ts';
import { listRaces } from './race-store.ts';

/**
 * The race that is meant by a full id, a unique part of one among the races, or `latest` (also null). Throws
 * `no_such_session`, `ambiguous_session`.
 */
export function findRace(ref: string | null, store: Pick<SessionStore, 'list'>): RaceRecord {
	const races = listRaces(store);
	const [newest] = races;
	if (newest === undefined)
		throw new RelayError('no_such_session', 'No race is recorded here.', {
			hint: 'Start one: agent-relay race "TASK" --agents claude,codex',
		});
	if (ref === null) return newest;
	const ids = races.flatMap(({ id }) => parseSessionId(id) ?? []);
	const id = resolveRef(ref, { ids, latest: () => parseSessionId(newest.id), named: () => [] });
	return races.find((race) => race.id === id) ?? newest;
}

/** As `findRace`. */
export function findRaceId(ref: string | null, store: Pick<SessionStore, 'list'>): SessionId {
	const { id } = findRace(ref, store);
	const session = parseSessionId(id);
	if (session !== null) return session;
	throw new RelayError('damaged_record', `${id} is no id of a race`);
}

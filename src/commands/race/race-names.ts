/** How a race is named among the races, and whether a process works on it. */
import { parseSessionId } from '../../core/ids.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { shortIds } from '../../sessions/listing/short-ids.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';

/** The part of an id that names a race among `races`. */
export function shortOfRaces(races: readonly RaceRecord[]): (id: string) => string {
	const ids = races.flatMap(({ id }) => parseSessionId(id) ?? []);
	const short = shortIds(ids, ids);
	return (id) => {
		const whole = parseSessionId(id);
		return whole === null ? id : short(whole);
	};
}

/** A process works on it now. */
export function isAtWork({ id }: Pick<RaceRecord, 'id'>, store: Pick<SessionStore, 'status'>): boolean {
	const session = parseSessionId(id);
	return session !== null && store.status(session).status === 'active';
}

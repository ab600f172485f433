import { RelayError } from '../../core/errors.ts';
import type { SessionSummary } from '../../sessions/listing/session-list.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';

/** Who worked in each of `found`: of a race, its entrants. What reads races is loaded only where there is one. */
export async function agentsOfSessions(
	found: readonly SessionSummary[],
	store: Pick<SessionStore, 'folderOf'>,
): Promise<(session: SessionSummary) => string[]> {
	const entrants = new Map<string, string[]>();
	const races = found.filter(({ meta }) => meta?.kind === 'race' && meta.parent === null);
	if (races.length > 0) {
		const { readRace } = await import('../../race/record/race-store.ts');
		for (const { id } of races)
			entrants.set(
				id,
				entrantsOf(() => readRace(id, store)),
			);
	}
	return ({ id, meta }) => entrants.get(id) ?? Object.keys(meta?.agents ?? {});
}

/** None where the record cannot be read: a listing does not refuse. */
function entrantsOf(read: () => { entrants: ReadonlyArray<{ id: string }> }): string[] {
	try {
		return read().entrants.map(({ id }) => id);
	} catch (error) {
		if (error instanceof RelayError) return [];
		throw error;
	}
}

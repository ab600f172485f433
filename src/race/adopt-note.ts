import { toIso } from '../core/clock.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import type { AdoptDeps } from './adopt-deps.ts';
import { updateRace } from './race-store.ts';

/** Puts on the race's record who was adopted, and how. */
export function noteAdopted(
	session: OpenSession,
	{ clock }: Pick<AdoptDeps, 'clock'>,
	adopted: { entrant: string; commit: string | null; branch: string | null },
): void {
	const entry = { ...adopted, at: toIso(clock.now()) };
	updateRace(session, (record) => ({ ...record, adopted: [...record.adopted, entry] }));
}

import { toIso } from '../../core/clock.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { updateRace } from '../record/race-store.ts';
import type { AdoptDeps } from './adopt-deps.ts';

/** Puts on the race's record who was adopted, and how. */
export function recordAdoption(
	session: OpenSession,
	{ clock }: Pick<AdoptDeps, 'clock'>,
	adopted: { entrant: string; commit: string | null; branch: string | null },
): void {
	const entry = { ...adopted, at: toIso(clock.now()) };
	updateRace(session, (record) => ({ ...record, adopted: [...record.adopted, entry] }));
}

/** Keeps what stopped an adoption, or what it left out, instead of what was kept of an earlier try. */
export function recordLeftOut(
	session: OpenSession,
	{ clock }: Pick<AdoptDeps, 'clock'>,
	{ entrant, paths }: { entrant: string; paths: ReadonlyArray<{ path: string; why: string }> },
): void {
	const at = toIso(clock.now());
	updateRace(session, (record) => {
		const before = record.not_adopted ?? [];
		const others = before.filter((row) => row.entrant !== entrant);
		if (paths.length === 0 && others.length === before.length) return record;
		const rows = paths.map(({ path, why }) => ({ entrant, at, path, why }));
		return { ...record, not_adopted: [...others, ...rows] };
	});
}

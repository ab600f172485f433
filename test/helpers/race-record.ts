import { RACE_RECORD_VERSION, type RaceRecord } from '../../src/race/record/race-record.ts';

export function raceRecord(id: string, base: string, change: Partial<RaceRecord> = {}): RaceRecord {
	const entrants = change.entrants ?? [];
	return {
		schema_version: RACE_RECORD_VERSION,
		id,
		task: 'Tidy up the greeting',
		state: 'ended',
		created_at: '2026-11-21T10:00:00.000Z',
		ended_at: '2026-11-21T10:05:00.000Z',
		base: { commit: base, ref: null, is_snapshot: false },
		options: {
			checks: [],
			setup: null,
			copy: [],
			max_time_s: 600,
			check_time_s: 300,
			jobs: 2,
			permissions: 'edit',
			handover: false,
		},
		folder: '/nowhere',
		entrants,
		ranking: entrants.map((entrant) => entrant.id),
		winner: entrants[0]?.id ?? null,
		verdict: 'The first one is first.',
		shared_changes: [],
		adopted: [],
		...change,
	};
}

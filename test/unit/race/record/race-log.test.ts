import { describe, expect, it } from 'vitest';
import { eventsOfRace } from '../../../../src/race/record/race-log.ts';
import type { RaceRecord } from '../../../../src/race/record/race-record.ts';
import { fakeEntrant } from '../../../helpers/fake-entrant.ts';
import { raceRecord } from '../../../helpers/race-record.ts';

const waiting = fakeEntrant('claude', { state: 'waiting', outcome: null });
const running = raceRecord('01JD0000000000000000000000', 'c0ffee', { state: 'running', entrants: [waiting] });
const typesOf = (before: RaceRecord | null, after: RaceRecord) =>
	eventsOfRace(before, after).map(({ type }) => type);

describe('a change of a race', () => {
	it('begins with who takes part, and who cannot', () => {
		const absent = fakeEntrant('codex', { state: 'ended', outcome: 'not_started', reason: 'no login' });
		expect(eventsOfRace(null, { ...running, entrants: [waiting, absent] })).toEqual([
			{
				type: 'race_started',
				entrants: [
					{ id: 'claude', agent: waiting.agent, model: waiting.model },
					{ id: 'codex', agent: absent.agent, model: absent.model },
				],
			},
			{ type: 'entrant', entrant: 'codex', state: 'ended', outcome: 'not_started', reason: 'no login' },
		]);
	});

	it('tells an entrant when its state or outcome is another one', () => {
		const working = { ...waiting, state: 'working' as const };
		expect(typesOf(running, { ...running, entrants: [working] })).toEqual(['entrant']);
		expect(typesOf(running, { ...running, entrants: [{ ...waiting, work_ms: 7 }] })).toEqual([]);
	});

	it('tells the end, each adoption and the cleaning once', () => {
		const ended: RaceRecord = { ...running, state: 'ended', winner: 'claude', ranking: ['claude'] };
		const row = { entrant: 'claude', commit: null, branch: 'take', at: '2026-11-21T08:00:00.000Z' };
		const adopted: RaceRecord = { ...ended, adopted: [row] };
		const cleaned: RaceRecord = { ...adopted, state: 'cleaned' };
		expect(typesOf(running, ended)).toEqual(['race_ended']);
		expect(eventsOfRace(ended, adopted)).toEqual([
			{ type: 'race_adopted', entrant: 'claude', commit: null, branch: 'take' },
		]);
		expect(typesOf(adopted, cleaned)).toEqual(['race_cleaned']);
		expect(typesOf(cleaned, cleaned)).toEqual([]);
	});
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { raceStanding } from '../../../../src/sessions/listing/race-standing.ts';
import { fakeEntrant } from '../../../helpers/fake-entrant.ts';
import { raceRecord } from '../../../helpers/race-record.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-standing-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RACE = { kind: 'race', parent: null } as const;
const standing = (text: string, meta: Parameters<typeof raceStanding>[1] = RACE) => {
	writeFileSync(join(folder, 'race.json'), text);
	return raceStanding(folder, meta);
};
const record = (over: Parameters<typeof raceRecord>[2]) => JSON.stringify(raceRecord('R', 'b', over));
const limited = [fakeEntrant('claude', { outcome: 'limited' })];

it('is completed once the race has ended or was cleaned', () => {
	expect(standing(record({ state: 'ended', entrants: [fakeEntrant('claude')] }))).toBe('completed');
	expect(standing(record({ state: 'cleaned', winner: null, entrants: limited }))).toBe('completed');
});

it('is a limit while a race without a winner waits for a reset, but not once there is a winner', () => {
	expect(standing(record({ state: 'ended', winner: null, entrants: limited }))).toBe('limit');
	expect(standing(record({ state: 'ended', winner: 'claude', entrants: limited }))).toBe('completed');
});

it('is interrupted if the race did not end or its record cannot be read', () => {
	expect(standing(record({ state: 'running' }))).toBe('interrupted');
	for (const text of ['', '{', 'null', '[]', '{"state":"ended"}']) expect(standing(text)).toBe('interrupted');
	rmSync(join(folder, 'race.json'));
	expect(raceStanding(folder, RACE)).toBe('interrupted');
});

it('is null for a session that is not a race, and for an entrant', () => {
	const ended = record({ state: 'ended' });
	expect(standing(ended, { kind: 'run', parent: null })).toBeNull();
	expect(standing(ended, { kind: 'race', parent: 'R' as never })).toBeNull();
});

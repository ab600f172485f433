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

it('is that a race is done once it has ended, or was cleaned', () => {
	expect(standing(record({ state: 'ended', entrants: [fakeEntrant('claude')] }))).toBe('completed');
	expect(standing(record({ state: 'cleaned', winner: null, entrants: limited }))).toBe('completed');
});

it('is that a race without a winner waits for a limit to end, and one with a winner does not', () => {
	expect(standing(record({ state: 'ended', winner: null, entrants: limited }))).toBe('limit');
	expect(standing(record({ state: 'ended', winner: 'claude', entrants: limited }))).toBe('completed');
});

it('is that a race was interrupted where it did not end, or nothing of it can be read', () => {
	expect(standing(record({ state: 'running' }))).toBe('interrupted');
	for (const text of ['', '{', 'null', '[]', '{"state":"ended"}']) expect(standing(text)).toBe('interrupted');
	rmSync(join(folder, 'race.json'));
	expect(raceStanding(folder, RACE)).toBe('interrupted');
});

it('is none for a session that is no race, nor for an entrant of one', () => {
	const ended = record({ state: 'ended' });
	expect(standing(ended, { kind: 'run', parent: null })).toBeNull();
	expect(standing(ended, { kind: 'race', parent: 'R' as never })).toBeNull();
});

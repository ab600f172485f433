import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSessionIds } from '../../../src/core/ids.ts';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import { findRace, findRaceId } from '../../../src/race/find-race.ts';
import { racesIn, readRace, updateRace, writeRace } from '../../../src/race/record/race-store.ts';
import { locateStore } from '../../../src/sessions/files/store-location.ts';
import { createSessionStore, type SessionStore } from '../../../src/sessions/store/session-store.ts';
import { createWitnesses } from '../../../src/sessions/witness/witness.ts';
import { raceRecord } from '../../helpers/race-record.ts';

let root: string;
let now: number;
let store: SessionStore;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-races-'));
	now = Date.UTC(2026, 10, 21, 8);
	const repo = {
		kind: 'none',
		root,
		worktree: root,
		folder: root,
		commonDir: null,
		gitDir: null,
		branch: null,
		head: null,
	};
	mkdirSync(join(root, '.agent-relay'));
	const clock = { now: () => now };
	store = createSessionStore({
		location: locateStore(repo as never, { stateHome: join(root, 'state') }),
		clock: clock as never,
		ids: createSessionIds(clock.now),
		processes: createProcessTable(),
		relayVersion: '0.0.0',
		witnesses: createWitnesses(join(root, 'state/witness'), clock),
	});
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A race that ended an hour after the one before. */
function race(task: string): string {
	now += 3_600_000;
	const session = store.create({ kind: 'race', objective: task });
	writeRace(session, { before: null, after: raceRecord(session.id, 'b'.repeat(40), { task }) });
	session.release();
	return session.id;
}
const recordOf = (id: string) => join(root, '.agent-relay/sessions', id, 'race.json');

describe('a race', () => {
	it('is found by its id, a part of it, or as the latest', () => {
		const [one, two] = [race('first'), race('second')];
		expect(findRace(null, store).task).toBe('second');
		expect(findRace('latest', store).task).toBe('second');
		expect(findRace(one, store).task).toBe('first');
		expect(findRaceId(one.slice(-8), store)).toBe(one);
		expect(racesIn(store).records.map(({ id }) => id)).toEqual([two, one]);
	});

	it('is not a session that is no race', () => {
		const session = store.create({ kind: 'run', objective: 'x' });
		session.release();
		expect(() => findRace(null, store)).toThrow('No race is recorded here');
		race('first');
		expect(() => findRace(session.id, store)).toThrow(expect.objectContaining({ code: 'no_such_session' }));
		expect(() => readRace(session.id, store)).toThrow(expect.objectContaining({ code: 'not_found' }));
	});

	it('whose record is damaged hides no other, and says so where it is meant', () => {
		const [one, two] = [race('first'), race('second')];
		writeFileSync(recordOf(two), '{');
		expect(findRace(null, store).id).toBe(one);
		expect(racesIn(store).damaged).toMatchObject([{ id: two }]);
		expect(() => findRace(two, store)).toThrow(expect.objectContaining({ code: 'damaged_record' }));
	});

	it('of a newer agent-relay is read where that can be, and never written', () => {
		const one = race('first');
		const record = JSON.parse(readFileSync(recordOf(one), 'utf8'));
		writeFileSync(recordOf(one), JSON.stringify({ ...record, schema_version: 99 }));
		const before = readFileSync(recordOf(one), 'utf8');
		expect(findRace(one, store).task).toBe('first');
		const session = store.open(one as never);
		expect(() => updateRace(session, (latest) => ({ ...latest, state: 'cleaned' }))).toThrow(
			expect.objectContaining({ code: 'newer_version' }),
		);
		session.release();
		expect(readFileSync(recordOf(one), 'utf8')).toBe(before);
	});

	it('whose record was copied from another is damaged', () => {
		const [one, two] = [race('first'), race('second')];
		writeFileSync(recordOf(two), readFileSync(recordOf(one)));
		expect(() => findRace(two, store)).toThrow('is the record of another race');
	});

	it('keeps what a later version wrote beside ours when it is changed', () => {
		const one = race('first');
		const record = JSON.parse(readFileSync(recordOf(one), 'utf8'));
		writeFileSync(recordOf(one), JSON.stringify({ ...record, mood: 'good' }));
		const session = store.open(one as never);
		updateRace(session, (latest) => ({ ...latest, state: 'cleaned' }));
		session.release();
		expect(JSON.parse(readFileSync(recordOf(one), 'utf8'))).toMatchObject({ state: 'cleaned', mood: 'good' });
	});
});

/** The bounds of the store, on folders as git lays them out; no git is needed to count bytes and days. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
	boundSnapshots,
	olderGenerations,
	SNAPSHOT_BOUNDS,
	type SnapshotBounds,
	snapshotBytes,
} from '../../../../src/git/snapshots/snapshot-bounds.ts';
import { markUser, type UserProcesses } from '../../../../src/git/snapshots/snapshot-users.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 10, 21);
let state: string;
let alive: boolean;
const processes: UserProcesses = {
	identify: (pid) => ({ pid, start: 's', command: 'relay' }),
	isAlive: () => alive,
	place: () => ({ host: 'here', boot_id: null, pid_namespace: null }),
};
beforeEach(() => {
	state = mkdtempSync(join(tmpdir(), 'relay-bounds-'));
	alive = false;
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const setTime = (path: string, at: number) => utimesSync(path, at / 1000, at / 1000);

/** A store with `bytes` of objects that began at `beganAt` and was last used at `usedAt`. */
function store(digit: string, { bytes = 100, beganAt = NOW, usedAt = NOW } = {}): string {
	const home = join(state, digit.repeat(16));
	const worktree = join(home, 'e'.repeat(16));
	for (const folder of [join(home, 'objects/ab'), worktree]) mkdirSync(folder, { recursive: true });
	writeFileSync(join(home, 'objects/ab', '1'.repeat(38)), Buffer.alloc(bytes));
	for (const name of ['index', 'tree']) writeFileSync(join(worktree, name), '');
	setTime(join(worktree, 'tree'), usedAt);
	writeFileSync(join(home, 'HEAD'), '');
	setTime(join(home, 'HEAD'), beganAt);
	return home;
}
function generation(home: string, at: number, bytes: number): void {
	mkdirSync(join(home, `objects.${at}`, 'ab'), { recursive: true });
	writeFileSync(join(home, `objects.${at}`, 'ab', '2'.repeat(38)), Buffer.alloc(bytes));
}
const bound = (over: Partial<SnapshotBounds> = {}, now = NOW) =>
	boundSnapshots(state, { processes, now, bounds: { ...SNAPSHOT_BOUNDS, ...over } });

describe('the store of a repo', () => {
	it('is put aside whole once it is old, and the next take begins anew', () => {
		const home = store('a', { beganAt: NOW - 16 * DAY });
		bound();
		expect(olderGenerations(home)).toEqual([join(home, `objects.${NOW}`)]);
		expect(readdirSync(home).sort()).toEqual(['e'.repeat(16), `objects.${NOW}`]);
		expect(readdirSync(join(home, 'e'.repeat(16)))).toEqual([]);
	});

	it('is put aside once it is large, and left alone while it is neither', () => {
		const [large, small] = [store('a', { bytes: 900 }), store('b', { bytes: 100 })];
		bound({ generationBytes: 500 });
		expect(olderGenerations(large)).toHaveLength(1);
		expect(olderGenerations(small)).toEqual([]);
		expect(existsSync(join(small, 'objects'))).toBe(true);
	});

	it('is left alone, whatever its age and size, while a relay lives that uses it', () => {
		const home = store('a', { beganAt: NOW - 60 * DAY, bytes: 900 });
		generation(home, NOW - 40 * DAY, 900);
		alive = true;
		markUser(home, processes);
		bound({ generationBytes: 1, totalBytes: 1 });
		expect(snapshotBytes(state)).toBe(1800);
		alive = false;
		bound({ generationBytes: 1, totalBytes: 1 }, NOW + 2 * DAY);
		expect(snapshotBytes(state)).toBe(0);
	});

	it('loses what git left of an object that it did not finish', () => {
		const home = store('a');
		writeFileSync(join(home, 'objects/ab/tmp_obj_x'), 'half');
		bound();
		expect(readdirSync(join(home, 'objects/ab'))).toEqual(['1'.repeat(38)]);
	});

	it('goes as a whole once nothing is left in it', () => {
		const home = store('a');
		rmSync(join(home, 'objects'), { recursive: true });
		bound();
		expect(existsSync(home)).toBe(false);
	});

	it('is looked at once a day, also after the clock was set back', () => {
		const home = store('a');
		bound();
		setTime(join(home, 'HEAD'), NOW - 30 * DAY);
		bound({}, NOW + DAY - 1);
		expect(olderGenerations(home)).toEqual([]);
		bound({}, NOW - DAY);
		expect(olderGenerations(home)).toHaveLength(1);
	});
});

describe('what was put aside', () => {
	it('goes after its time, newer ones stay', () => {
		const home = store('a');
		generation(home, NOW - 31 * DAY, 10);
		generation(home, NOW - 29 * DAY, 10);
		bound();
		expect(olderGenerations(home)).toEqual([join(home, `objects.${NOW - 29 * DAY}`)]);
	});

	it('goes oldest first, of all repos, until all fit', () => {
		const [one, two] = [store('a', { usedAt: NOW - 5 * DAY }), store('b')];
		generation(one, NOW - 3 * DAY, 100);
		generation(two, NOW - 9 * DAY, 100);
		bound({ totalBytes: 250 });
		expect(existsSync(join(one, 'objects'))).toBe(false);
		expect(olderGenerations(one)).toHaveLength(1);
		expect(olderGenerations(two)).toEqual([]);
		expect(existsSync(join(two, 'objects'))).toBe(true);
		expect(snapshotBytes(state)).toBe(200);
	});

	it('never takes more than all may take, and nothing goes that would fit', () => {
		const stores = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 20 })), {
			minLength: 1,
			maxLength: 4,
		});
		fc.assert(
			fc.property(stores, fc.integer({ min: 1, max: 1500 }), (made, totalBytes) => {
				rmSync(state, { recursive: true, force: true });
				mkdirSync(state);
				for (const [at, [bytes, days]] of made.entries())
					generation(store('abcd'[at] ?? 'f', { bytes, usedAt: NOW - days * DAY }), NOW - days * DAY, bytes);
				const before = snapshotBytes(state);
				bound({ totalBytes });
				const after = snapshotBytes(state);
				expect(after).toBeLessThanOrEqual(totalBytes);
				if (before <= totalBytes) expect(after).toBe(before);
			}),
			{ numRuns: 30 },
		);
	});
});

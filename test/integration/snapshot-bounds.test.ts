import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { boundSnapshots, SNAPSHOT_BOUNDS, snapshotBytes } from '../../src/git/snapshots/snapshot-bounds.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';

const DAY_MS = 24 * 3_600_000;
const processes = createProcessTable();
let scratch: Scratch;
let repo: string;
const state = () => join(scratch.root, 'state', 'snapshots');
const home = () => join(state(), readdirSync(state()).find((name) => /^[0-9a-f]{16}$/.test(name)) ?? '');
const generations = () => readdirSync(home()).filter((name) => name.startsWith('objects.'));
const age = (path: string, days: number) =>
	utimesSync(path, Date.now() / 1000 - days * 86_400, Date.now() / 1000 - days * 86_400);
const bound = (days: number, over = {}) =>
	boundSnapshots(state(), {
		processes,
		now: Date.now() + days * DAY_MS,
		bounds: { ...SNAPSHOT_BOUNDS, ...over },
	});

beforeEach(() => {
	scratch = createScratch();
	repo = scratch.repo('r', { 'a.txt': 'one\n' });
});
afterEach(() => scratch.remove());

async function takenTwice() {
	const snapshots = await scratch.snapshotsOf(repo);
	scratch.write(join(repo, 'gone.txt'), 'only a snapshot knows this\n');
	const before = (await snapshots.take()).tree ?? '';
	rmSync(join(repo, 'gone.txt'));
	scratch.write(join(repo, 'b.txt'), 'two\n');
	const after = (await snapshots.take()).tree ?? '';
	return { before, after };
}

describe('the store of snapshots', () => {
	it('is put aside when it is old, still read, and complete again with the next take', async () => {
		const { before, after } = await takenTwice();
		bound(16);
		expect(generations()).toHaveLength(1);
		const later = await scratch.snapshotsOf(repo);
		scratch.write(join(repo, 'c.txt'), 'three\n');
		const newest = (await later.take()).tree ?? '';
		expect((await later.changes(before, after)).map(({ path }) => path)).toEqual(['b.txt', 'gone.txt']);
		expect((await later.changes(after, newest)).map(({ path }) => path)).toEqual(['c.txt']);
		bound(47);
		const last = await scratch.snapshotsOf(repo);
		expect((await last.take()).tree).toBe(newest);
		await expect(last.changes(before, newest)).rejects.toThrow();
		scratch.write(join(repo, 'b.txt'), 'changed\n');
		const changed = (await last.take()).tree ?? '';
		expect((await last.changes(newest, changed)).map(({ path, added }) => [path, added])).toEqual([
			['b.txt', 1],
		]);
	});

	it('goes by size, the least recently used first', async () => {
		await takenTwice();
		expect(snapshotBytes(state())).toBeGreaterThan(100);
		bound(2, { generationBytes: 0 });
		expect(generations()).toHaveLength(1);
		mkdirSync(join(home(), generations()[0] ?? '', '00'), { recursive: true });
		writeFileSync(join(home(), generations()[0] ?? '', '00', 'large'), Buffer.alloc(4096));
		bound(4, { totalBytes: 1000 });
		expect(generations()).toEqual([]);
	});

	it('is left alone while a relay uses it, whatever its age and size', async () => {
		const snapshots = await scratch.snapshotsOf(repo, undefined, processes);
		const before = (await snapshots.take()).tree ?? '';
		bound(100, { generationBytes: 0, totalBytes: 0 });
		expect(generations()).toEqual([]);
		expect((await snapshots.take()).tree).toBe(before);
		snapshots.release();
		bound(102, { generationBytes: 0, totalBytes: 1e9 });
		expect(generations()).toHaveLength(1);
	});

	it('is left alone while a relay of another host may use it, and not for one that died', async () => {
		await takenTwice();
		const users = join(home(), 'users');
		mkdirSync(users, { recursive: true });
		const place = `${hostname()} ${processes.place().pid_namespace ?? ''}`;
		writeFileSync(join(users, '1-a'), JSON.stringify({ pid: 2 ** 22 + 1, start: '1', place }));
		writeFileSync(join(users, '1-b'), JSON.stringify({ pid: 1, start: '1', place: 'far away' }));
		bound(0, { generationBytes: 0 });
		expect(generations()).toEqual([]);
		expect(readdirSync(users)).toEqual(['1-b']);
		age(join(users, '1-b'), 8);
		bound(2, { generationBytes: 0 });
		expect(generations()).toHaveLength(1);
	});

	it('is looked at once a day', async () => {
		await takenTwice();
		bound(0);
		bound(0.5, { generationBytes: 0 });
		expect(generations()).toEqual([]);
		bound(1.1, { generationBytes: 0 });
		expect(generations()).toHaveLength(1);
		expect(statSync(join(state(), 'bounded')).size).toBe(0);
	});

	it('holds nothing of a take that was cut off', async () => {
		const large = Buffer.alloc(40 * 1024 * 1024);
		for (let at = 0; at < large.length; at += 4) large.writeUInt32LE((at * 2654435761) >>> 0, at);
		scratch.write(join(repo, 'large.bin'), large);
		const snapshots = await scratch.snapshotsOf(repo, 60, processes);
		expect(await snapshots.take()).toMatchObject({ tree: null });
		const left = readdirSync(home(), { recursive: true, encoding: 'utf8' }).filter((path) =>
			/\/tmp_/.test(path),
		);
		expect(left).toEqual([]);
		expect(existsSync(home())).toBe(true);
	});
});

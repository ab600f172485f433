import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { type Git, GitTimeout } from '../../src/git/run-git.ts';
import { createSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';

const MIB = 1024 * 1024;
const CUT_OFF = 'a snapshot needs more than 2000 ms here';

let scratch: Scratch;
let repo: string;

beforeEach(() => {
	scratch = createScratch();
	repo = scratch.repo('main', { 'a.txt': 'one\n', '.gitignore': 'ignored/\n' });
});
afterEach(() => scratch.remove());

function large(path: string, bytes = 40 * MIB): void {
	scratch.write(join(repo, path), '');
	truncateSync(join(repo, path), bytes);
}

/** A take whose time is over while git stores files. */
async function cutOff() {
	const { git } = scratch;
	const slow: Git = {
		run: async (args, options) => {
			if (args.includes('add')) throw new GitTimeout('add', options.timeoutMs ?? 0);
			return git.run(args, options);
		},
	};
	const stateFolder = join(scratch.root, 'state', 'snapshots');
	const facts = await findRepo(repo, git);
	return createSnapshots({ repo: facts, git: slow, stateFolder, clock: systemClock }).take();
}

describe('large untracked files', () => {
	it('that a take had no time for are named and left out of the next, whoever takes it', async () => {
		large('data/model [1].bin');
		large('data/other.bin');
		large('ignored/cache.bin');
		scratch.write(join(repo, 'data/notes.txt'), 'kept\n');
		const first = await cutOff();
		expect(first.tree).toBeNull();
		expect(first.unavailable).toMatch(
			/large untracked files are left out from now on: data\/(?:model \[1\]|other)\.bin, data\/(?:model|other).*\.bin$/,
		);
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await snapshots.take();
		expect(before.skipped).toEqual(['data/model [1].bin', 'data/other.bin']);
		writeFileSync(join(repo, 'data/notes.txt'), 'changed\n');
		const after = await snapshots.take();
		const changes = await snapshots.changes(before.tree ?? '', after.tree ?? '');
		expect(changes.map(({ path }) => path)).toEqual(['data/notes.txt']);
	});

	it('come back once they are small', async () => {
		large('big.bin');
		await cutOff();
		const snapshots = await scratch.snapshotsOf(repo);
		const before = await snapshots.take();
		expect(before.skipped).toEqual(['big.bin']);
		truncateSync(join(repo, 'big.bin'), 10);
		const after = await snapshots.take();
		expect(after.skipped).toEqual([]);
		expect(await snapshots.changes(before.tree ?? '', after.tree ?? '')).toMatchObject([
			{ path: 'big.bin', change: 'added' },
		]);
	});

	it('stay where a snapshot holds them already, as do tracked ones', async () => {
		large('held.bin');
		large('tracked.bin');
		scratch.sh(repo, 'add', 'tracked.bin');
		const snapshots = await scratch.snapshotsOf(repo, 30_000);
		expect((await snapshots.take()).tree).not.toBeNull();
		expect((await cutOff()).unavailable).toBe(CUT_OFF);
		expect((await snapshots.take()).skipped).toEqual([]);
	});

	it('are no reason where there are none, and the git dir of the repo is not written', async () => {
		const index = readFileSync(join(repo, '.git/index'));
		const names = readdirSync(join(repo, '.git')).sort();
		expect((await cutOff()).unavailable).toBe(CUT_OFF);
		large('big.bin');
		await cutOff();
		expect(readFileSync(join(repo, '.git/index'))).toEqual(index);
		expect(readdirSync(join(repo, '.git')).sort()).toEqual(names);
	});

	it('are left out largest first, as few as leave 16 MiB behind, and no file below 1 MiB', async () => {
		const sizes = { ten: 10 * MIB, thirty: 30 * MIB, six: 6 * MIB, small: MIB - 1 };
		for (const [name, bytes] of Object.entries(sizes)) large(name, bytes);
		await cutOff();
		expect((await (await scratch.snapshotsOf(repo)).take()).skipped).toEqual(['ten', 'thirty']);
	});
});

/** Diffs from the snapshots of a worktree, for whoever only looks on. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { createStoredDiffs } from '../../src/git/snapshots/stored-diffs.ts';
import { createScratch, fingerprint, type Scratch } from '../helpers/scratch-repo.ts';

const MOST = { maxBytes: 64 * 1024 };
let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

const diffsOf = async (repo: string) =>
	createStoredDiffs(await findRepo(repo, scratch.git), scratch.git, join(scratch.root, 'state/snapshots'));

it('are those that the relay itself reads, and reading them changes nothing', async () => {
	const repo = scratch.repo('r', { 'a.txt': 'one\ntwo\n' });
	const snapshots = await scratch.snapshotsOf(repo);
	const { tree: before } = await snapshots.take();
	writeFileSync(join(repo, 'a.txt'), 'one\nTWO\n');
	const { tree: after } = await snapshots.take();
	const state = join(scratch.root, 'state');
	const [stored, files] = [fingerprint(state), fingerprint(repo)];
	const diff = await (await diffsOf(repo)).diff(before ?? '', after ?? '', MOST);
	expect(diff).toContain('@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n');
	expect(diff).toBe(await snapshots.diff(before ?? '', after ?? '', MOST));
	expect([fingerprint(state), fingerprint(repo)]).toEqual([stored, files]);
});

it('that are not there are an error, and no store is made for them', async () => {
	const repo = scratch.repo('r');
	const diffs = await diffsOf(repo);
	const tree = '0'.repeat(40);
	await expect(diffs.diff(tree, tree, MOST)).rejects.toThrow('There are no snapshots of');
	expect(existsSync(join(scratch.root, 'state'))).toBe(false);
	await (await scratch.snapshotsOf(repo)).take();
	await expect(diffs.diff(tree, tree, MOST)).rejects.toMatchObject({ name: 'RelayError' });
});

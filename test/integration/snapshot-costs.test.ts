import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import type { Git } from '../../src/git/run-git.ts';
import { createSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

const LONG_AGO = new Date('2020-01-01');

/** Snapshots of a warm store, and the git commands they run from then on. */
async function warmSnapshots(files: Record<string, string>) {
	const repo = scratch.repo('r', files);
	// git looks again at files as young as its index.
	for (const name of Object.keys(files)) utimesSync(join(repo, name), LONG_AGO, LONG_AGO);
	const commands: string[] = [];
	const git: Git = {
		run: (args, options) => {
			commands.push(args[0] ?? '');
			return scratch.git.run(args, options);
		},
	};
	const stateFolder = join(scratch.root, 'state');
	const snapshots = createSnapshots({
		repo: await findRepo(repo, git),
		git,
		stateFolder,
		clock: systemClock,
	});
	const { tree } = await snapshots.take();
	await snapshots.take();
	commands.length = 0;
	return { repo, snapshots, commands, tree: tree ?? '', stateFolder };
}

describe('a warm snapshot', () => {
	it('starts git once where nothing changed', async () => {
		const { snapshots, commands, tree } = await warmSnapshots({ 'a.txt': 'one\n' });
		expect((await snapshots.take()).tree).toBe(tree);
		expect(commands).toEqual(['add']);
	});

	it('writes a tree anew after an edit, and knows the old one again when the edit is taken back', async () => {
		const { repo, snapshots, commands, tree } = await warmSnapshots({ 'a.txt': 'one\n' });
		writeFileSync(join(repo, 'a.txt'), 'another\n');
		const edited = await snapshots.take();
		expect(edited.tree).not.toBe(tree);
		expect(commands).toEqual(['add', 'write-tree']);
		writeFileSync(join(repo, 'a.txt'), 'one\n');
		expect((await snapshots.take()).tree).toBe(tree);
	});

	it('does not name a tree that is no longer stored', async () => {
		const { snapshots, commands, tree, stateFolder } = await warmSnapshots({ 'a.txt': 'one\n' });
		const object = join('objects', tree.slice(0, 2), tree.slice(2));
		const [home = ''] = readdirSync(stateFolder);
		rmSync(join(stateFolder, home, object));
		expect((await snapshots.take()).tree).toBe(tree);
		expect(commands).toContain('write-tree');
	});
});

describe('changes', () => {
	it('between the same trees are asked of git once', async () => {
		const { repo, snapshots, commands, tree } = await warmSnapshots({ 'a.txt': 'one\n' });
		writeFileSync(join(repo, 'a.txt'), 'another\n');
		const after = (await snapshots.take()).tree ?? '';
		const first = await snapshots.changes(tree, after);
		expect(await snapshots.changes(tree, after)).toEqual(first);
		expect(first.map(({ path }) => path)).toEqual(['a.txt']);
		await snapshots.settled();
		expect(commands.filter((command) => command === 'diff-tree')).toHaveLength(1);
	});
});

/** The worktrees of a race, against real git: one scene for each question that a race asks of them. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRepo } from '../../../../src/git/repo/find-repo.ts';
import { sharedChanges } from '../../../../src/git/worktrees/shared-changes.ts';
import type { Worktrees } from '../../../../src/git/worktrees/worktree-types.ts';
import { createWorktrees } from '../../../../src/git/worktrees/worktrees.ts';
import { createScratch, type Scratch } from '../../../helpers/scratch-repo.ts';

const REASON = 'agent-relay race 01ARZ3NDEKTSV4RRFFQ69G5FAV claude';
let scratch: Scratch;
let repo: string;
let worktrees: Worktrees;
let base: string;
let path: string;
beforeEach(async () => {
	scratch = createScratch();
	repo = scratch.repo('r', { 'a.txt': 'one\n', '.gitignore': 'node_modules/\n' });
	worktrees = createWorktrees({
		repo: await findRepo(repo, scratch.git),
		git: scratch.git,
		scratchFolder: join(scratch.root, 'scratch'),
		clock: { now: () => Date.now() },
	});
	base = await worktrees.resolveCommit('HEAD');
	path = join(scratch.root, 'data/claude');
	await worktrees.add({ path, commit: base, reason: REASON });
});
afterEach(() => scratch.remove());

const keep = () => worktrees.commitFiles(path, { parents: [base], message: 'kept' });

describe('a worktree', () => {
	it('stands detached and locked, and only what has our reason is removed', async () => {
		expect((await worktrees.list()).find((entry) => entry.path === path)).toEqual({
			path,
			head: base,
			branch: null,
			lockReason: REASON,
			isPrunable: false,
		});
		expect(await worktrees.headOf(path)).toEqual({ commit: base, branch: null });
		await expect(worktrees.remove({ path, reason: 'another' })).rejects.toMatchObject({ code: 'refused' });
		expect(existsSync(join(path, 'a.txt'))).toBe(true);
		await worktrees.remove({ path, reason: REASON });
		expect(existsSync(path)).toBe(false);
		expect(await worktrees.list()).toHaveLength(1);
	});

	it('is kept as what git would commit of it: the same files give the same commit, and its index stays', async () => {
		writeFileSync(join(path, 'new.txt'), 'new\n');
		rmSync(join(path, 'a.txt'));
		scratch.write(join(path, 'node_modules/x.js'), 'ignored');
		const { commit, tree, skipped, isUnchanged } = await keep();
		expect({ skipped, isUnchanged }).toEqual({ skipped: [], isUnchanged: false });
		expect(scratch.sh(repo, 'ls-tree', '-r', '--name-only', tree)).toBe('.gitignore\nnew.txt\n');
		expect((await keep()).commit).toBe(commit);
		expect(scratch.sh(path, 'status', '--porcelain')).toBe(' D a.txt\n?? new.txt\n');
		expect(await worktrees.dirtyPaths(path, 10)).toEqual(['a.txt', 'new.txt']);
		expect(await worktrees.dirtyPaths(path, 1)).toHaveLength(1);
	});

	it('counts as work only what differs from how it was found', async () => {
		writeFileSync(join(path, 'setup.txt'), 'by the setup\n');
		const found = await keep();
		expect(
			await worktrees.commitFiles(path, {
				parents: [base],
				message: 'kept',
				counted: { before: found.tree, base },
			}),
		).toMatchObject({
			tree: scratch.sh(repo, 'rev-parse', `${base}^{tree}`).trim(),
			whole: { tree: found.tree },
		});
		writeFileSync(join(path, 'work.txt'), 'work\n');
		const kept = await worktrees.commitFiles(path, {
			parents: [base],
			message: 'kept',
			counted: { before: found.tree, base },
		});
		expect(scratch.sh(repo, 'ls-tree', '--name-only', kept.tree)).toBe('.gitignore\na.txt\nwork.txt\n');
		expect(scratch.sh(repo, 'ls-tree', '--name-only', kept.whole.tree)).toContain('setup.txt');
	});

	it('loses nothing that is kept, and names what is in no ref: files, commits, what is ignored', async () => {
		writeFileSync(join(path, 'work.txt'), 'work\n');
		scratch.write(join(path, 'node_modules/x.js'), 'x');
		const { commit } = await keep();
		expect(await worktrees.losses(path, [commit], base)).toMatchObject({
			changed: [],
			commits: 0,
			ignored: { count: 1, top: [{ path: 'node_modules/', count: 1 }] },
		});
		expect((await worktrees.losses(path, [base], base)).changed).toEqual(['work.txt']);
		scratch.sh(path, 'add', 'work.txt');
		scratch.sh(path, 'commit', '-q', '-m', 'own');
		expect((await worktrees.losses(path, [commit], base)).commits).toBe(1);
		scratch.sh(path, 'branch', 'kept-by-hand');
		expect((await worktrees.losses(path, [commit], base)).commits).toBe(0);
	});

	it('names the work in a repo inside, which no tree holds', async () => {
		scratch.repo('data/claude/inner', { 'b.txt': 'b\n' });
		const { skipped, commit } = await keep();
		expect(skipped).toEqual(['inner']);
		const options = { base, now: commit, also: skipped };
		expect(await worktrees.nestedWork(path, options)).toMatchObject([
			{ path: 'inner', commits: 1, files: 0 },
		]);
		writeFileSync(join(path, 'inner/c.txt'), 'c\n');
		expect(await worktrees.nestedWork(path, options)).toMatchObject([
			{ path: 'inner', commits: 1, files: 1 },
		]);
		expect((await worktrees.losses(path, [commit], base)).nested).toMatchObject([{ path: 'inner' }]);
	});

	it('is not made where something stands, nor of a commit that is none; nothing is left then', async () => {
		const other = join(scratch.root, 'data/codex');
		scratch.write(join(other, 'mine.txt'), 'mine');
		await expect(worktrees.add({ path: other, commit: base, reason: REASON })).rejects.toMatchObject({
			code: 'refused',
		});
		expect(readFileSync(join(other, 'mine.txt'), 'utf8')).toBe('mine');
		await expect(worktrees.resolveCommit('no-such')).rejects.toMatchObject({ code: 'not_found' });
		const missing = worktrees.add({
			path: join(scratch.root, 'data/x'),
			commit: 'f'.repeat(40),
			reason: REASON,
		});
		await expect(missing).rejects.toThrow();
		expect(await worktrees.list()).toHaveLength(2);
	});
});

describe('what all worktrees share', () => {
	it('is the same after reading, and names each change that an entrant made outside its own', async () => {
		const before = await worktrees.sharedParts();
		await worktrees.setRef('refs/agent-relay/race/x/claude', base);
		expect([...(await worktrees.refs('refs/agent-relay/race/')).values()]).toEqual([base]);
		expect(sharedChanges(before, await worktrees.sharedParts())).toEqual([]);
		await worktrees.dropRef('refs/agent-relay/race/x/claude');
		await worktrees.dropRef('refs/agent-relay/race/x/claude');

		scratch.sh(path, 'branch', 'topic');
		scratch.sh(path, 'config', 'core.editor', 'evil');
		scratch.write(join(repo, '.git/hooks/pre-commit'), '#!/bin/sh\n');
		writeFileSync(join(repo, 'a.txt'), 'changed\n');
		const told = sharedChanges(before, await worktrees.sharedParts()).join('\n');
		for (const words of [
			'branch topic was created',
			'config',
			'pre-commit',
			'files of the main checkout changed: a.txt',
		])
			expect(told).toContain(words);
	});
});

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles } from '../../src/app/list-files.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;

beforeAll(() => {
	scratch = createScratch();
});
afterAll(() => scratch.remove());

const list = (repo: string, folder = repo) =>
	listFiles({ repo: () => findRepo(repo, scratch.git), git: async () => scratch.git }, folder);

describe('the files that @ offers', () => {
	it('are those that git tracks or would track, once each, below the folder', async () => {
		const repo = scratch.repo('tracked', { 'src/a.ts': 'a', 'docs/b.md': 'b', '.gitignore': 'out/\n' });
		scratch.write(join(repo, 'src/naïve new.ts'), 'new');
		scratch.write(join(repo, 'out/built.js'), 'built');
		expect((await list(repo)).sort()).toEqual(['.gitignore', 'docs/b.md', 'src/a.ts', 'src/naïve new.ts']);
		expect((await list(repo, join(repo, 'src'))).sort()).toEqual(['a.ts', 'naïve new.ts']);
	});

	it('are those of a linked worktree, and of a repo without a commit', async () => {
		const repo = scratch.repo('linked', { 'a.ts': 'a' });
		const beside = join(scratch.root, 'beside');
		scratch.sh(repo, 'worktree', 'add', '-q', beside);
		scratch.write(join(beside, 'b.ts'), 'b');
		expect((await list(beside)).sort()).toEqual(['a.ts', 'b.ts']);
		const empty = join(scratch.root, 'empty');
		scratch.write(join(empty, 'first.ts'), 'a');
		scratch.sh(scratch.root, 'init', '-q', empty);
		expect(await list(empty)).toEqual(['first.ts']);
	});

	it('are those that are not hidden outside git', async () => {
		const folder = join(scratch.root, 'plain');
		for (const name of ['a.txt', 'b/c.txt', '.hidden', 'node_modules/x.js'])
			scratch.write(join(folder, name), '');
		expect(await list(folder)).toEqual(['a.txt', 'b/c.txt']);
	});
});

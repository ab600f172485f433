import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { foldersAround } from '../../../../src/git/repo/folders-around.ts';
import { isPrunable, readRecords } from '../../../../src/git/repo/worktree-records.ts';
import { findOddFile } from '../../../../src/git/snapshots/odd-files.ts';

let home: string;
const make = (path: string) => {
	const full = join(home, path);
	mkdirSync(join(full, '.git'), { recursive: true });
	writeFileSync(join(full, '.git/HEAD'), 'ref: refs/heads/main\n');
	return full;
};

beforeEach(() => {
	home = realpathSync(mkdtempSync(join(tmpdir(), 'relay-around-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('finds every repo around a nested one, and not the home folder that is one', () => {
	make('.');
	const outer = make('outer');
	const inner = make('outer/libs/inner');
	mkdirSync(join(inner, 'src'));
	expect(foldersAround(join(inner, 'src'), home)).toEqual([inner, outer]);
	expect(foldersAround(home, home)).toEqual([home]);
});

it('finds the checkout that a linked worktree belongs to', () => {
	const main = make('main');
	mkdirSync(join(home, 'linked'));
	writeFileSync(join(home, 'linked/.git'), `gitdir: ${main}/.git/worktrees/linked\n`);
	expect(foldersAround(join(home, 'linked'), home)).toEqual([join(home, 'linked'), main]);
});

it('finds nothing outside git, nor where a folder is only named like a repo', () => {
	mkdirSync(join(home, 'plain/.git'), { recursive: true });
	expect(foldersAround(join(home, 'plain'), home)).toEqual([]);
});

it('of links that name no path of any system, with a NUL in them, finds only the folder itself', () => {
	const repo = make('repo');
	mkdirSync(join(repo, '.git/worktrees/w'), { recursive: true });
	writeFileSync(join(repo, '.git/worktrees/w/gitdir'), '/a\0b/.git\n');
	expect(readRecords(join(repo, '.git')).map(isPrunable)).toEqual([true]);
	writeFileSync(join(repo, '.git/config'), '[include]\n\tpath = a\0b\n');
	expect(findOddFile({ cwd: repo, env: {} })).toBeNull();
	mkdirSync(join(home, 'linked'));
	writeFileSync(join(home, 'linked/.git'), 'gitdir: /a\0b/.git/worktrees/linked\n');
	expect(foldersAround(join(home, 'linked'), home)).toEqual([join(home, 'linked')]);
});

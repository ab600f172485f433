import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { linkedGitDir } from '../../../../src/git/repo/git-link.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'git-link-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string) => {
	const path = join(folder, '.git');
	writeFileSync(path, text);
	return linkedGitDir(path);
};

it.each([
	['as git writes it', 'gitdir: /main/.git/worktrees/one\n', '/main/.git/worktrees/one'],
	['with the line ends of an editor', 'gitdir: /main/.git\r\n\n', '/main/.git'],
	['without one', 'gitdir: /main/.git', '/main/.git'],
	['with a line break in a folder name', 'gitdir: /ma\nin/.git\n', '/ma\nin/.git'],
	['with a space at its end', 'gitdir: /main/.git \n', '/main/.git '],
])('reads a path %s', (_, text, expected) => {
	expect(read(text)).toBe(expected);
});

it('reads a relative path from the folder of the file', () => {
	expect(read('gitdir: ../main/.git/modules/sub\n')).toBe(join(folder, '../main/.git/modules/sub'));
});

it.each([
	['nothing', ''],
	['no path', 'gitdir: \n'],
	['no space', 'gitdir:/main/.git\n'],
	['another first line', '# mine\ngitdir: /main/.git\n'],
	['a path that no system has', 'gitdir: /ma\0in/.git\n'],
])('is null for a file with %s, as for git', (_, text) => {
	expect(read(text)).toBeNull();
});

it('is null where no file is there, or a folder', () => {
	expect(linkedGitDir(join(folder, '.git'))).toBeNull();
	expect(linkedGitDir(folder)).toBeNull();
});

import { dirname, resolve } from 'node:path';
import { readRegularText } from '../../core/files/read-file.ts';

const HEAD = 'gitdir: ';

/**
 * Where a `.git` file leads, as a linked worktree and a submodule have one: absolute; null where no such file is there. Read as git
 * does (`read_gitfile_gently` in its setup.c): the file begins with `gitdir: `, and all that follows, but for the line ends behind
 * it, is the path. One that no system has is none.
 */
export function linkedGitDir(path: string): string | null {
	const text = readRegularText(path);
	if (!text?.startsWith(HEAD)) return null;
	const target = text.slice(HEAD.length).replace(/[\r\n]+$/, '');
	return target === '' || target.includes('\0') ? null : resolve(dirname(path), target);
}

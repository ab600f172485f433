import { existsSync, lstatSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { linkedGitDir } from './git-link.ts';

/**
 * The folders whose programs must not be started as git or an agent, found without git: each folder from `folder` (real path) up
 * that has a `.git`, and for a linked worktree or a submodule the one that its `.git` file leads to. A repo at `home` or above
 * counts only if it is the nearest: around others it is the user's own. Empty outside git.
 */
export function foldersAround(folder: string, home: string): string[] {
	const found: string[] = [];
	for (let at = folder, below = ''; at !== below; below = at, at = dirname(at)) {
		if (found.length > 0 && `${home}${sep}`.startsWith(at.endsWith(sep) ? at : at + sep)) break;
		const isFile = lstatSync(join(at, '.git'), { throwIfNoEntry: false })?.isFile() ?? false;
		if (isFile) found.push(at, ...mainFolder(at));
		else if (existsSync(join(at, '.git', 'HEAD'))) found.push(at);
	}
	return found;
}

function mainFolder(worktree: string): string[] {
	const gitDir = linkedGitDir(join(worktree, '.git'));
	const [main = '', inside] = gitDir?.split(`${sep}.git${sep}`) ?? [];
	return main === '' || inside === undefined ? [] : [main];
}

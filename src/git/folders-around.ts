import { lstatSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/**
 * The folders whose programs may not stand in for git, found without git: the nearest one above `folder` (real path) with a
 * `.git`, and for a linked worktree or a submodule the one that its `.git` file leads to. Empty outside git.
 */
export function foldersAround(folder: string): string[] {
	for (let at = folder; ; at = dirname(at)) {
		const facts = lstatSync(join(at, '.git'), { throwIfNoEntry: false });
		if (facts !== undefined) return facts.isFile() ? [at, ...mainFolder(at)] : [at];
		if (dirname(at) === at) return [];
	}
}

function mainFolder(worktree: string): string[] {
	const gitDir = /^gitdir: (.+)$/m.exec(readText(join(worktree, '.git')))?.[1];
	const [main = '', inside] = gitDir === undefined ? [] : resolve(worktree, gitDir).split(`${sep}.git${sep}`);
	return main === '' || inside === undefined ? [] : [main];
}

function readText(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

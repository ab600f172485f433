import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { firstLineOf, isObjectId } from '../git-output.ts';
import { folderEntries } from './folder-entries.ts';
import type { RepoGit } from './repo-git.ts';

/** The contents of a worktree's folder, without git's own files. */
export interface FolderContents {
	/** Files and links. */
	files: number;
	/** Folders inside that are repos of their own (submodules and clones), relative. */
	nested: string[];
}

/** Reads everything, ignored or not. Folders that cannot be read count as empty. */
export function readFolderContents(worktree: string): FolderContents {
	const found: FolderContents = { files: 0, nested: [] };
	const walk = (folder: string) => {
		for (const entry of folderEntries(join(worktree, folder))) {
			const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
			if (entry.name === '.git') {
				if (folder !== '') found.nested.push(folder);
			} else if (entry.isDirectory()) walk(path);
			else found.files++;
		}
	};
	walk('');
	return found;
}

/** null for a folder that is not a repo of its own, or has no commit. */
export async function nestedHead(git: RepoGit, folder: string): Promise<string | null> {
	if (lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) === undefined) return null;
	const answer = await git.nested(folder, ['rev-parse', '-q', '--verify', 'HEAD'], { allowExit: [1, 128] });
	const id = firstLineOf(answer.stdout);
	return isObjectId(id) ? id : null;
}

import { dirname } from 'node:path';
import type { TurnRequest } from './agent-adapter.ts';

/** The folders in which a CLI may find files of the repo: from where it starts up to the worktree's root, which comes last. */
export function foldersUp({ folder, worktree }: Pick<TurnRequest, 'folder' | 'worktree'>): string[] {
	const folders = [folder];
	for (let at = folder; at !== worktree; at = dirname(at)) {
		if (at === dirname(at)) return [folder, worktree];
		folders.push(dirname(at));
	}
	return folders;
}

/** Where the CLI starts in a folder of the worktree: the worktree, which it is to reach all the same; else nothing. */
export function worktreeAround({ folder, worktree }: Pick<TurnRequest, 'folder' | 'worktree'>): string[] {
	return folder === worktree ? [] : [worktree];
}

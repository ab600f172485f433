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

/** The worktree, if the CLI starts in a folder below it and still has to reach all of it; else nothing. */
export function worktreeAround({ folder, worktree }: Pick<TurnRequest, 'folder' | 'worktree'>): string[] {
	return folder === worktree ? [] : [worktree];
}

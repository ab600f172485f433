import { describe, expect, it } from 'vitest';
import { foldersUp, worktreeAround } from '../../../src/agents/folders-up.ts';

describe('the folders in which a CLI may find files of the repo', () => {
	it('are the one in which it starts and each up to the root', () => {
		expect(foldersUp({ folder: '/repo/a/b', worktree: '/repo' })).toEqual(['/repo/a/b', '/repo/a', '/repo']);
		expect(foldersUp({ folder: '/repo', worktree: '/repo' })).toEqual(['/repo']);
		expect(foldersUp({ folder: '/a', worktree: '/' })).toEqual(['/a', '/']);
	});

	it('are two if the folder is not in the worktree', () => {
		expect(foldersUp({ folder: '/elsewhere/a', worktree: '/repo' })).toEqual(['/elsewhere/a', '/repo']);
	});

	it('leave the rest of the worktree to be reached, unless the CLI starts at its root', () => {
		expect(worktreeAround({ folder: '/repo/a', worktree: '/repo' })).toEqual(['/repo']);
		expect(worktreeAround({ folder: '/repo', worktree: '/repo' })).toEqual([]);
	});
});

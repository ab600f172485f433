import { type FSWatcher, watch } from 'node:fs';
import { isSystemError } from '../errors.ts';
import { lstatExactly } from './file-facts.ts';

/**
 * Calls back when something changes in one of the folders: a file in it is written, made, removed. It is a hint, never the only
 * way to learn of a change: a system may have no watches left (`ENOSPC`, `EMFILE`), or none for that disk.
 */
export interface FolderChanges {
	/** From now on these. A folder that was replaced is watched anew. */
	watch(folders: readonly string[]): void;
	/** Each of them is watched. */
	readonly isComplete: boolean;
	close(): void;
}

interface Watched {
	watcher: FSWatcher;
	/** Device and inode. */
	identity: string;
}

export function createFolderChanges(onChange: () => void): FolderChanges {
	const watched = new Map<string, Watched>();
	let isComplete = true;
	const drop = (folder: string) => {
		watched.get(folder)?.watcher.close();
		watched.delete(folder);
	};
	const add = (folder: string, identity: string): boolean => {
		try {
			const watcher = watch(folder, { persistent: false }, () => onChange());
			watcher.on('error', () => drop(folder));
			watched.set(folder, { watcher, identity });
			return true;
		} catch (error) {
			if (isSystemError(error)) return false;
			throw error;
		}
	};
	return {
		watch: (folders) => {
			for (const folder of [...watched.keys()]) if (!folders.includes(folder)) drop(folder);
			// One that is missing is made in another that is watched.
			isComplete = folders
				.map((folder) => {
					const identity = identityOf(folder);
					if (identity !== null && watched.get(folder)?.identity === identity) return true;
					drop(folder);
					return identity === null || add(folder, identity);
				})
				.every(Boolean);
		},
		get isComplete() {
			return isComplete;
		},
		close: () => {
			for (const folder of [...watched.keys()]) drop(folder);
		},
	};
}

/** null for anything but a folder: a link could lead to one that never rests. */
function identityOf(folder: string): string | null {
	const facts = lstatExactly(folder);
	return facts?.isDirectory() ? `${facts.dev}:${facts.ino}` : null;
}

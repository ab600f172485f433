import { join } from 'node:path';
import { readIfThere } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** Worktree-relative folders of other repos that earlier takes found; remembered so that git never looks into them again. */
export function readEmbedded(folder: SnapshotFolder): string[] {
	const text = readIfThere(fileOf(folder))?.toString('utf8') ?? '';
	return text.split('\0').filter((path) => path !== '');
}

export function writeEmbedded(folder: SnapshotFolder, paths: readonly string[]): void {
	writeAtomic(fileOf(folder), paths.join('\0'));
}

const fileOf = (folder: SnapshotFolder) => join(folder.gitDir, 'embedded');

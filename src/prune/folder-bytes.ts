import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../core/files.ts';

/** What a file, or a folder with all that is in it, holds. Links count as what they are, and are not followed. */
export function folderBytes(path: string): number {
	const facts = lstatSync(path, { throwIfNoEntry: false });
	if (facts === undefined) return 0;
	if (!facts.isDirectory()) return facts.size;
	return namesIn(path, 'EACCES', 'EPERM').reduce((sum, name) => sum + folderBytes(join(path, name)), 0);
}

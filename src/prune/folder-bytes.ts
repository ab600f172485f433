import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { namesIn } from '../core/files/folders.ts';

/** What a file, or a folder with all that is in it, holds. Links count as what they are, and are not followed. */
export function folderBytes(path: string): number {
	const facts = lookAt(path);
	if (facts === undefined) return 0;
	if (!facts.isDirectory()) return facts.size;
	return namesIn(path, 'EACCES', 'EPERM').reduce((sum, name) => sum + folderBytes(join(path, name)), 0);
}

/** What may not be looked at counts as nothing. */
function lookAt(path: string): Stats | undefined {
	try {
		return lstatIfThere(path);
	} catch (error) {
		if (hasErrno(error, 'EACCES', 'EPERM')) return undefined;
		throw error;
	}
}

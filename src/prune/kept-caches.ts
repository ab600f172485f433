/** Caches are made again when needed, so they go whatever their age, except what a relay may be using at this moment. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { isOwnFolder, namesIn } from '../core/files/folders.ts';
import { explainingWrites } from '../core/files/write-failure.ts';
import { folderBytes } from './folder-bytes.ts';
import type { Kept, PruneAge } from './prune-contract.ts';

/** The longest that git works in a scratch folder, with room. */
const IN_USE_MS = 60 * 60_000;

export function keptCaches(folder: string, { now }: PruneAge): Kept[] {
	// What lies behind a link is not the relay's to remove.
	if (!isOwnFolder(folder)) return [];
	return namesIn(folder, 'EACCES').map((name): Kept => {
		const path = join(folder, name);
		const lastUsedAt = lstatIfThere(path)?.mtimeMs ?? now;
		const isInUse = name === 'scratch' && now - lastUsedAt < IN_USE_MS && namesIn(path, 'EACCES').length > 0;
		return {
			kind: 'caches',
			name,
			path,
			bytes: folderBytes(path),
			lastUsedAt,
			about: '',
			stays: isInUse ? 'a relay may be using it' : null,
			remove: isInUse
				? null
				: () => explainingWrites(path, () => rmSync(path, { recursive: true, force: true })),
		};
	});
}

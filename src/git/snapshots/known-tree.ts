/**
 * Remembers the tree of the warm index by the index's own checksum. When a take finds nothing changed, git leaves the index
 * untouched, and a whole `git write-tree` (3 ms) is saved.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readEnd, readIfThere } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** The remembered tree, or null when the index has changed since or the tree is no longer stored. */
export function knownTree(folder: SnapshotFolder, indexPath: string): string | null {
	const [sum = '', tree = ''] = readIfThere(fileOf(folder))?.toString('latin1').split(' ') ?? [];
	if (!isId(tree) || sum !== checksumOf(indexPath, tree.length / 2)) return null;
	return existsSync(join(folder.objects, tree.slice(0, 2), tree.slice(2))) ? tree : null;
}

/** Call it right after git has written `tree` from the index. */
export function rememberTree(folder: SnapshotFolder, indexPath: string, tree: string): void {
	const sum = checksumOf(indexPath, tree.length / 2);
	if (sum !== null && isId(tree)) writeAtomic(fileOf(folder), `${sum} ${tree}`);
}

/** The last bytes of an index; null for one without a checksum (`index.skipHash` writes zeros), and for a missing index. */
function checksumOf(indexPath: string, bytes: number): string | null {
	const sum = readEnd(indexPath, bytes);
	return sum === null || sum.every((byte) => byte === 0) ? null : sum.toString('hex');
}

const isId = (text: string) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

const fileOf = (folder: SnapshotFolder) => join(folder.gitDir, 'tree');

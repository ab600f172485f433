/**
 * Mends a snapshot store after a power cut: objects and packs that are empty, torn or gone, and an index that still counts on them. Git
 * takes an existing file for the object itself, so it would never write it again.
 */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { hasErrno } from '../../core/errors.ts';
import { namesIn } from '../../core/files/folders.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { removeIfThere } from '../../core/files/write-file.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** Larger objects are judged by size alone; reading them all could take minutes. */
const MAX_READ_BYTES = 256 * 1024;
/** Reading that much takes some tenths of a second. */
const MAX_PACK_BYTES = 256 * 1024 * 1024;
/** Checking this many takes about a second. */
const MAX_OBJECTS = 50_000;

/**
 * Call it when a comparison of `trees` failed: removes broken objects and the caches that say they are stored, so that the next
 * take stores everything again. Does nothing if a tree is simply not in this store.
 */
export function dropDamage({ gitDir, objects }: SnapshotFolder, trees: readonly string[]): void {
	const isOurs = trees.every((tree) => isThere(join(objects, tree.slice(0, 2), tree.slice(2))));
	if (!isOurs) return;
	let left = MAX_OBJECTS;
	for (const part of namesIn(objects, 'EACCES')) {
		if (!/^[0-9a-f]{2}$/.test(part)) continue;
		for (const name of namesIn(join(objects, part), 'EACCES')) {
			if (left-- <= 0) break;
			const path = join(objects, part, name);
			if (/^[0-9a-f]{38,62}$/.test(name) && isBroken(path)) removeIfThere(path);
		}
	}
	dropBrokenPacks(join(objects, 'pack'), (trees[0]?.length ?? 0) / 2);
	removeIfThere(join(gitDir, 'index'));
	removeIfThere(join(gitDir, 'tree'));
}

/** A pack without its index, or with one that is torn, is no use either. */
function dropBrokenPacks(folder: string, idBytes: number): void {
	for (const name of namesIn(folder, 'EACCES')) {
		const [, stem] = /^(pack-[0-9a-f]{40,64})\.(?:pack|idx)$/.exec(name) ?? [];
		if (stem === undefined) continue;
		const parts = [join(folder, `${stem}.idx`), join(folder, `${stem}.pack`)];
		if (!parts.every((path) => endsWithItsDigest(path, idBytes)))
			for (const path of parts) removeIfThere(path);
	}
}

/** Both parts of a pack do. Larger ones are taken as whole. */
function endsWithItsDigest(path: string, idBytes: number): boolean {
	const facts = lstatSync(path, { throwIfNoEntry: false });
	if (facts?.isFile() !== true) return false;
	if (facts.size > MAX_PACK_BYTES) return true;
	const bytes = readIfThere(path) ?? Buffer.alloc(0);
	const end = bytes.length - idBytes;
	const hash = createHash(idBytes === 32 ? 'sha256' : 'sha1');
	return end > 0 && hash.update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end));
}

function isBroken(path: string): boolean {
	const facts = lstatSync(path, { throwIfNoEntry: false });
	if (facts === undefined || !facts.isFile()) return false;
	if (facts.size === 0) return true;
	if (facts.size > MAX_READ_BYTES) return false;
	try {
		inflateSync(readIfThere(path) ?? Buffer.alloc(0));
		return false;
	} catch (error) {
		return hasErrno(error, 'Z_DATA_ERROR', 'Z_BUF_ERROR');
	}
}

const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

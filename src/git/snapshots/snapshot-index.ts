/**
 * The index that keeps snapshots fast. A take works on a file of its own and moves it into place at the end, so that two relays
 * never compete for one lock file and a killed one leaves nothing that stops the next. Files are linked and renamed, never copied:
 * git compares an index's own mtime with those of the files in it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import type { RepoInGit } from '../repo-facts.ts';
import type { GitResult } from '../run-git.ts';
import { readPlainIndex } from './repo-index.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** Runs git on the snapshot store with the repo's objects readable. */
export type ReadGit = (args: readonly string[], input: string) => Promise<GitResult>;

export interface IndexDraft {
	/** GIT_INDEX_FILE of one take; may not exist yet. */
	path: string;
	/** Where the index came from. `empty`: everything is hashed again. */
	from: 'warm' | 'repo' | 'empty';
	/** Worktree-relative paths that must leave the index before it is used. */
	remove: string[];
	/** Folders of other repos that the repo's index names. */
	embedded: string[];
}

/** Larger indexes are not read by us; git then starts from nothing. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;
/** A take ends within seconds; older files were left by a killed one. */
const STRAY_AFTER_MS = 10 * 60_000;

/** The warm index of a worktree. */
export const sharedIndex = (folder: SnapshotFolder) => join(folder.gitDir, 'index');

/** The index for one take: the warm one, else a copy of the repo's, else none. `isFresh` asks for none. */
export async function draftIndex(
	folder: SnapshotFolder,
	repo: RepoInGit,
	readGit: ReadGit,
	isFresh: boolean,
): Promise<IndexDraft> {
	const path = `${sharedIndex(folder)}.${process.pid}-${randomBytes(4).toString('hex')}`;
	const idBytes = repo.head?.length === 64 ? 32 : 20;
	if (!isFresh && linkWarm(sharedIndex(folder), path, idBytes))
		return { path, from: 'warm', remove: [], embedded: [] };
	const seed = isFresh ? null : await seedFromRepo(path, repo, readGit, idBytes);
	return { path, from: seed ? 'repo' : 'empty', remove: [], embedded: [], ...seed };
}

/** Makes the draft the warm index of the next take, by whichever relay. */
export function keepIndex(folder: SnapshotFolder, draft: IndexDraft): void {
	renameSync(draft.path, sharedIndex(folder));
}

export function dropIndex(draft: IndexDraft): void {
	removeIfThere(draft.path);
	removeIfThere(`${draft.path}.lock`);
}

/** Removes drafts and locks that killed takes left. */
export function removeStrays(folder: SnapshotFolder, now: number): void {
	for (const name of readdirSync(folder.gitDir)) {
		if (!name.startsWith('index.')) continue;
		const path = join(folder.gitDir, name);
		const changed = statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? now;
		if (now - changed > STRAY_AFTER_MS) removeIfThere(path);
	}
}

/** False when there is no warm index, or its checksum is wrong, which git itself would not notice. */
function linkWarm(shared: string, draft: string, idBytes: number): boolean {
	try {
		linkSync(shared, draft);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK')) return false;
		throw error;
	}
	const bytes = readIfThere(draft);
	if (bytes !== null && isWhole(bytes, idBytes)) return true;
	removeIfThere(draft);
	return false;
}

function isWhole(bytes: Buffer, idBytes: number): boolean {
	if (bytes.length < 12 + idBytes) return false;
	const body = bytes.subarray(0, bytes.length - idBytes);
	const sum = createHash(idBytes === 32 ? 'sha256' : 'sha1')
		.update(body)
		.digest();
	return sum.equals(bytes.subarray(bytes.length - idBytes));
}

/**
 * Copies the repo's index. Entries whose object differs in size from the file went through a conversion (line ends, LFS) and would
 * make every later edit look like a rewrite: they are removed, and the files are hashed as they are on disk. Other repos inside
 * leave the index too, since git would start programs of theirs to compare them.
 */
async function seedFromRepo(
	path: string,
	repo: RepoInGit,
	readGit: ReadGit,
	idBytes: 20 | 32,
): Promise<Pick<IndexDraft, 'remove' | 'embedded'> | null> {
	const source = join(repo.gitDir, 'index');
	const facts = statSync(source, { throwIfNoEntry: false, bigint: true });
	if (facts === undefined || facts.size > MAX_INDEX_BYTES) return null;
	const bytes = readIfThere(source);
	const entries = bytes && isWhole(bytes, idBytes) ? readPlainIndex(bytes, idBytes) : null;
	if (bytes === null || entries === null) return null;
	const files = entries.filter(({ isGitlink }) => !isGitlink);
	const answer = await readGit(
		['cat-file', '--batch-check=%(objectsize)', '--buffer'],
		files.map(({ id }) => `${id}\n`).join(''),
	);
	const sizes = answer.stdout.toString('latin1').split('\n');
	const converted = files.filter(({ size, path }, i) => Number(sizes[i]) !== size || isOurs(path));
	const embedded = entries.filter(({ isGitlink }) => isGitlink).map((entry) => entry.path);
	writeAtomic(path, bytes);
	// A microsecond early: times are kept as doubles, and a late one would hide an edit.
	const mtime = Number(facts.mtimeNs) / 1e9 - 1e-6;
	utimesSync(path, mtime, mtime);
	return { remove: [...converted.map((entry) => entry.path), ...embedded], embedded };
}

const isOurs = (path: string) => path.startsWith('.agent-relay/');

/**
 * Untracked files that are too large for snapshots. A take that runs out of time looks for them once; from then on they are left
 * out by name, so that the next take does not fail on them again.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { nulFields } from '../git-output.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';
import type { SnapshotGit } from './snapshot-git.ts';
import { sharedIndex } from './snapshot-index.ts';

const MIB = 1024 * 1024;
/** Smaller files are never left out. */
const LARGE_BYTES = MIB;
/** The most that untracked files may take together, the largest left out first: git stores as much in well under a second. */
const ROOM_BYTES = 16 * MIB;
/** Files left out are named to git line by line, and checked before each take. */
const MAX_LEFT_OUT = 1_000;
const MAX_PATHS = 200_000;
const LIST_MS = 2_000;

/** Worktree-relative paths that are still as large. */
export function readLarge(folder: SnapshotFolder): string[] {
	const text = readIfThere(fileOf(folder))?.toString('utf8') ?? '';
	return text.split('\0').filter((path) => path !== '' && sizeOf(folder, path) >= LARGE_BYTES);
}

/**
 * The paths that are left out from now on, largest first; empty when large files are not the cause. Throws git's error if the list
 * cannot be read.
 */
export async function leaveOutLarge({ repo, folder, write }: SnapshotGit): Promise<string[]> {
	const before = readLarge(folder);
	// Files in an earlier snapshot are stored already; without a warm index the repo's own says what is tracked.
	const own = sharedIndex(folder);
	const index = lstatSync(own, { throwIfNoEntry: false }) ? own : join(repo.gitDir, 'index');
	const args = ['ls-files', '--others', '--exclude-standard', '-z'];
	const listed = await write(args, { env: { GIT_INDEX_FILE: index }, timeoutMs: LIST_MS });
	const untracked = nulFields(listed.stdout).slice(0, MAX_PATHS);
	const sized = untracked.map((path) => ({ path, bytes: sizeOf(folder, path) }));
	// A list of excludes cannot express a line break.
	const found = largestBeyond(sized).filter((path) => !path.includes('\n'));
	const more = found.slice(0, MAX_LEFT_OUT - before.length);
	if (more.length > 0) writeAtomic(fileOf(folder), [...before, ...more].join('\0'));
	return more;
}

/** The largest files, as few as leave at most `ROOM_BYTES`. Pure. */
function largestBeyond(files: ReadonlyArray<{ path: string; bytes: number }>): string[] {
	let left = files.reduce((sum, { bytes }) => sum + bytes, 0);
	const found: string[] = [];
	for (const { path, bytes } of [...files].sort((a, b) => b.bytes - a.bytes)) {
		if (left <= ROOM_BYTES || bytes < LARGE_BYTES) break;
		left -= bytes;
		found.push(path);
	}
	return found;
}

function sizeOf({ worktree }: SnapshotFolder, path: string): number {
	const facts = lstatIfThere(join(worktree, path));
	return facts?.isFile() ? facts.size : 0;
}

const fileOf = (folder: SnapshotFolder) => join(folder.gitDir, 'large');

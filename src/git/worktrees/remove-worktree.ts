import { chmodSync, lstatSync, readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { explainWriteFailure } from '../../core/files/write-failure.ts';
import type { RepoGit } from '../repo/repo-git.ts';
import {
	readRecords,
	recordedPath,
	removalPath,
	removeEmptyRecords,
	removeRecord,
	type WorktreeRecord,
} from '../repo/worktree-records.ts';

/**
 * Removes the worktree's folder and git's record of it. The folder is first renamed in one step, so that an interrupted removal is
 * recognized (`removalPath`), and it is never entered through a link. `git worktree remove` would need an intact worktree and leave
 * an anonymous record when killed. Succeeds if nothing is there. RelayError `refused` when it is not locked with `reason`, or when
 * git has no record of the folder.
 */
export async function removeWorktree(
	git: RepoGit,
	{ path, reason }: { path: string; reason: string },
): Promise<void> {
	const record = findOurs(readRecords(git.repo.commonDir), recordedPath(path), reason);
	const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
	if (record === null && isThere) throw new RelayError('refused', `git has no record of a worktree ${path}`);
	await removeWorktreeFolder(path);
	try {
		if (record !== null) removeRecord(record);
		removeEmptyRecords(git.repo.commonDir, path);
	} catch (error) {
		throw explainWriteFailure(error, join(git.repo.commonDir, 'worktrees'));
	}
}

/** Removes the folder alone, in the same way, when git no longer knows it. Idempotent. Throws as `removeWorktree`. */
export async function removeWorktreeFolder(path: string): Promise<void> {
	const found = lstatSync(path, { throwIfNoEntry: false });
	if (found !== undefined && !found.isDirectory())
		throw new RelayError('refused', `${path} is not a folder; it is left alone`);
	const leaving = removalPath(path);
	try {
		await removeTree(leaving);
		if (found !== undefined) renameSync(path, leaving);
		await removeTree(leaving);
	} catch (error) {
		throw explainWriteFailure(error, path);
	}
}

/** The text in git's lock while `worktree add` runs, before it is replaced by our reason (git < 2.33). */
const UNFINISHED = ['initializing', 'added with --lock'];

/** True also for a lock that git had begun to write for us. */
export function isOurLock(found: string | null, reason: string): boolean {
	return found === reason || UNFINISHED.includes(found ?? '');
}

/** The record of `path`, or one that lost its path in a removal and still has our reason. */
function findOurs(records: readonly WorktreeRecord[], path: string, reason: string): WorktreeRecord | null {
	const record = records.find((one) => one.path === path);
	if (record === undefined)
		return records.find((one) => one.path === null && one.lockReason === reason) ?? null;
	if (isOurLock(record.lockReason, reason)) return record;
	const lock = record.lockReason === null ? 'not locked' : `locked for: ${record.lockReason}`;
	throw new RelayError('refused', `the worktree ${path} is not ours to remove: it is ${lock}`);
}

/** Links are removed, not followed. Folders that may not be written (a module cache) are made writable first. */
async function removeTree(path: string): Promise<void> {
	try {
		await rm(path, { recursive: true, force: true });
	} catch (error) {
		if (!hasErrno(error, 'EACCES', 'EPERM', 'ENOTEMPTY')) throw error;
		openFolders(path);
		await rm(path, { recursive: true, force: true });
	}
}

function openFolders(folder: string): void {
	if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
	chmodSync(folder, 0o700);
	for (const entry of readdirSync(folder, { withFileTypes: true }))
		if (entry.isDirectory()) openFolders(join(folder, entry.name));
}

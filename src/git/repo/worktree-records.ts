/**
 * Reads git's own records of linked worktrees, `<common dir>/worktrees/<id>/` (gitrepository-layout(5)), as files: the same in
 * every version of git, whatever bytes the paths contain.
 */
import { existsSync, lstatSync, readdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { linkedGitDir } from './git-link.ts';

export interface WorktreeRecord {
	/** Absolute folder of the record. */
	folder: string;
	/** Absolute; null for a record that an interrupted removal left. */
	path: string | null;
	/** null: not locked. */
	lockReason: string | null;
}

export function readRecords(commonDir: string): WorktreeRecord[] {
	const home = join(commonDir, 'worktrees');
	return namesIn(home).map((name) => {
		const folder = join(home, name);
		const link = readText(join(folder, 'gitdir'));
		// Relative since git 2.48 if the user wants it so. A folder above may have become a link since.
		const path = link === null || link === '' ? null : recordedPath(dirname(resolve(folder, link)));
		return { folder, path, lockReason: readText(join(folder, 'locked')) };
	});
}

export function findRecord(commonDir: string, worktree: string): WorktreeRecord | null {
	const path = recordedPath(worktree);
	return readRecords(commonDir).find((record) => record.path === path) ?? null;
}

/** The path as git records it: links in the folders above are resolved; the worktree's own folder may be gone. */
export function recordedPath(worktree: string): string {
	const parent = dirname(worktree);
	return existsSync(parent) ? join(realpathSync(parent), basename(worktree)) : worktree;
}

/**
 * True for the checkout of the repo and for each that `git worktree list` names; a folder that only points at the repo does not
 * count.
 */
export function isListedWorktree(
	folder: string,
	{ root, commonDir }: { root: string; commonDir: string },
): boolean {
	if (folder === root) return true;
	const record = findRecord(commonDir, folder);
	return record !== null && !isPrunable(record);
}

/** True when the worktree's folder or its link back to the record is gone. */
export function isPrunable({ folder, path }: WorktreeRecord): boolean {
	if (path === null) return true;
	return linkedGitDir(join(path, '.git')) !== folder;
}

/**
 * Removes a record as `git worktree remove` does, but its path and lock last: if the process dies, the remains still name their
 * owner, and git's own pruning leaves them alone until then.
 */
export function removeRecord({ folder }: WorktreeRecord): void {
	const last = ['gitdir', 'locked'];
	for (const name of namesIn(folder))
		if (!last.includes(name)) rmSync(join(folder, name), { recursive: true, force: true });
	for (const name of last) rmSync(join(folder, name), { force: true });
	removeEmpty(folder);
	removeEmpty(dirname(folder));
}

/**
 * Removes records into which git had written nothing when it was killed (a lock created but not filled is nothing), or in which
 * nothing is left. Git names them after the worktree's folder, with a number if that name is taken. Empty records are nobody's.
 */
export function removeEmptyRecords(commonDir: string, worktree: string): void {
	const home = join(commonDir, 'worktrees');
	const name = basename(worktree);
	const candidates = namesIn(home).filter(
		(one) => one.startsWith(name) && /^\d*$/.test(one.slice(name.length)),
	);
	for (const one of candidates) {
		const folder = join(home, one);
		if (holdsOnlyAnEmptyLock(folder)) rmSync(join(folder, 'locked'), { force: true });
		removeEmpty(folder);
	}
	removeEmpty(home);
}

function holdsOnlyAnEmptyLock(folder: string): boolean {
	const names = namesIn(folder);
	return names.length === 1 && names[0] === 'locked' && readText(join(folder, 'locked')) === '';
}

/** Removes a folder unless something is in it. True if it is gone afterwards. */
export function removeEmpty(folder: string): boolean {
	try {
		rmdirSync(folder);
		return true;
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return true;
		if (hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) return false;
		throw error;
	}
}

/** Where a worktree's folder waits for its removal: `<parent>/.removing-<name>`. */
export function removalPath(worktree: string): string {
	return join(dirname(worktree), `.removing-${basename(worktree)}`);
}

function namesIn(folder: string): string[] {
	if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
	return readdirSync(folder).sort();
}

/** The text without its final newline. */
function readText(path: string): string | null {
	return readRegularText(path)?.replace(/\n$/, '') ?? null;
}

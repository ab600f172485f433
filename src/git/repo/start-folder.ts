/** The folder of a worktree in which agents start: as a fact and as recorded. */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import type { RepoFacts } from '../repo-facts.ts';

type Place = Pick<RepoFacts, 'worktree' | 'gitDir' | 'commonDir'>;

/** `here` (real path) if it is in the worktree, else the worktree. Nothing starts inside git's own folder. */
export function startFolder(here: string, { worktree, gitDir, commonDir }: Place): string {
	const isGitsOwn = [gitDir, commonDir].some((folder) => folder !== null && isIn(here, folder));
	return isIn(here, worktree) && !isGitsOwn ? here : worktree;
}

/** The recorded form: relative to the worktree, '' for the worktree itself. */
export function recordedFolder({ folder, worktree }: Pick<RepoFacts, 'folder' | 'worktree'>): string {
	return relative(worktree, folder);
}

/**
 * The folder that a record names, as a real path; null when it does not exist or is not in this worktree: a link leads away, it
 * belongs to a repo of its own, or the record was not written by a relay.
 */
export function namedFolder(recorded: string, place: Place): string | null {
	const path = join(place.worktree, recorded);
	if (recorded.includes('\0') || isAbsolute(recorded)) return null;
	try {
		const isItself = realpathSync(path) === path && statSync(path).isDirectory();
		const isInside = isItself && startFolder(path, place) === path;
		return isInside && !isInOtherRepo(path, place.worktree) ? path : null;
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG')) return null;
		throw error;
	}
}

function isInOtherRepo(path: string, worktree: string): boolean {
	for (let at = path; at !== worktree; at = dirname(at))
		if (lstatSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return true;
	return false;
}

function isIn(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

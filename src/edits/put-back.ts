/** Restores files from a journal, whatever step its edits had reached. */
import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { ensureFolder, USUAL_FOLDER_MODE } from '../core/files/folders.ts';
import { removeIfThere } from '../core/files/write-file.ts';
import {
	besideOf,
	digestOf,
	type EditJournal,
	type EditPlace,
	type EditStep,
	hasDigest,
	oldPath,
} from './edit-journal.ts';
import { isWritablePath, leadsElsewhere, lookAt } from './look-at-paths.ts';
import { moveInto } from './move-file.ts';

/**
 * Restores the old content of each path that still has the edits' own content. A path that someone changed since, or that the
 * system does not let us restore, is left unchanged and named in `left`. Each step may be done, half done or not begun; paths
 * already restored stay so. The journal is left alone.
 */
export function undoSteps(place: EditPlace, journal: EditJournal): { left: string[] } {
	const steps = [...journal.steps.entries()].reverse();
	const comes = steps.filter(([, { digest }]) => digest !== null);
	const goes = steps.filter(([, { digest }]) => digest === null);
	const left = undoAll(place, journal, comes);
	// Before the files that were where these folders are.
	removeMadeFolders(journal);
	return { left: [...left, ...undoAll(place, journal, goes)] };
}

function undoAll(
	place: EditPlace,
	{ worktree }: EditJournal,
	steps: ReadonlyArray<readonly [number, EditStep]>,
): string[] {
	return steps.flatMap(([at, step]) => {
		try {
			return undoStep(place, worktree, step, at) ? [] : [step.path];
		} catch (error) {
			if (!(error instanceof Error && 'code' in error)) throw error;
			return [step.path];
		}
	});
}

/**
 * A folder that someone has put something into stays. One that cannot be removed is harmless, or the file that was there is named.
 */
function removeMadeFolders({ worktree, made_folders, steps }: EditJournal): void {
	const parents = new Set(steps.flatMap(({ path, digest }) => (digest === null ? [] : parentsOf(path))));
	// Earlier versions did not list a folder that replaced a file.
	const forFiles = steps.filter(({ path, digest }) => digest === null && parents.has(path));
	const folders = new Set([...made_folders, ...forFiles.map(({ path }) => path)]);
	for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
		if (!isWritablePath(folder) || leadsElsewhere(worktree, folder)) continue;
		try {
			rmdirSync(join(worktree, folder));
		} catch (error) {
			if (!hasErrno(error, ...STAYS)) throw error;
		}
	}
}

const parentsOf = (path: string) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

const STAYS = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EACCES', 'EPERM', 'EROFS'];

/** False: something else is there now, or replaces a folder on the way. */
function undoStep(place: EditPlace, root: string, step: EditStep, at: number): boolean {
	if (!isWritablePath(step.path)) return false;
	const target = join(root, step.path);
	const kept = oldPath(place, at);
	const isKept = existsNoFollow(kept);
	// This step was not begun; nothing is restored through a link.
	if (leadsElsewhere(root, step.path)) return !isKept;
	const beside = besideOf(place, target, at);
	removeIfThere(beside);
	const now = lookAt(target);
	// The old content is kept before it is replaced: if nothing was kept, nothing was begun.
	if (step.stamp !== null && (!isKept || now.stamp === step.stamp)) return true;
	const isFree = now.kind === 'absent';
	const isFolder = now.kind === 'folder';
	if (step.stamp === null) {
		const isNotBegun = step.digest !== null && existsNoFollow(join(place.fresh, step.path));
		if (isFree || isFolder || isNotBegun) return true;
		if (step.digest === null || !hasDigest(target, step.digest)) return false;
		unlinkSync(target);
		return true;
	}
	const isOurs = !isFree && !isFolder && step.digest !== null && hasDigest(target, step.digest);
	if (!isFree && !isOurs) return !isFolder && digestOf(target) === digestOf(kept);
	ensureFolder(dirname(target), USUAL_FOLDER_MODE);
	try {
		moveInto(kept, target, beside);
	} catch (error) {
		if (!hasErrno(error, 'ENOSPC', 'EDQUOT') || isFree) throw error;
		// The new content has taken the old one's space on disk; the kept file still has the old bytes.
		unlinkSync(target);
		moveInto(kept, target, beside);
	}
	return true;
}

const existsNoFollow = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

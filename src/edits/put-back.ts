/** Putting files back as a journal says they were, from any point that its edits had come to. */
import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { ensureFolder, removeIfThere, USUAL_FOLDER_MODE } from '../core/files/files.ts';
import {
	besideOf,
	digestOf,
	type EditJournal,
	type EditPlace,
	type EditStep,
	oldPath,
} from './edit-journal.ts';
import { isWritablePath, leadsElsewhere, lookAt } from './look-at-paths.ts';
import { moveInto } from './move-file.ts';

/**
 * Puts back what stood at each path where the edits' own content stands now. What someone changed since is left as it is and
 * named in `left`, and so is what the system does not let us put back. Any step may have been done, half done or not begun; what
 * was put back already stays so. The journal is left alone.
 */
export function undoSteps(place: EditPlace, journal: EditJournal): { left: string[] } {
	const steps = [...journal.steps.entries()].reverse();
	const comes = steps.filter(([, { digest }]) => digest !== null);
	const goes = steps.filter(([, { digest }]) => digest === null);
	const left = undoAll(place, journal, comes);
	// Before the files that stood where these folders are.
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

/** What someone put into one since keeps it; one that cannot be removed is in nobody's way, or the file that stood there is named. */
function removeMadeFolders({ worktree, made_folders, steps }: EditJournal): void {
	const parents = new Set(steps.flatMap(({ path, digest }) => (digest === null ? [] : parentsOf(path))));
	// Earlier versions did not list a folder that came for a file.
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

/** False: something else stands there now, or in place of a folder on the way. */
function undoStep(place: EditPlace, root: string, step: EditStep, at: number): boolean {
	if (!isWritablePath(step.path)) return false;
	const target = join(root, step.path);
	const kept = oldPath(place, at);
	const isKept = existsNoFollow(kept);
	// What was to come there was not begun; what stood there is not put back through a link.
	if (leadsElsewhere(root, step.path)) return !isKept;
	const beside = besideOf(place, target, at);
	removeIfThere(beside);
	const now = lookAt(target);
	// What is replaced is kept first: where nothing is kept, nothing was begun.
	if (step.stamp !== null && (!isKept || now.stamp === step.stamp)) return true;
	const stands = now.kind === 'absent' ? null : now.kind === 'folder' ? 'folder' : digestOf(target);
	if (step.stamp === null) {
		const isNotBegun = step.digest !== null && existsNoFollow(join(place.fresh, step.path));
		if (stands === null || stands === 'folder' || isNotBegun) return true;
		if (stands !== step.digest) return false;
		unlinkSync(target);
		return true;
	}
	if (stands !== null && stands !== step.digest) return stands === digestOf(kept);
	ensureFolder(dirname(target), USUAL_FOLDER_MODE);
	try {
		moveInto(kept, target, beside);
	} catch (error) {
		if (!hasErrno(error, 'ENOSPC', 'EDQUOT') || stands === null) throw error;
		// What was written in its place has taken its room: the kept file still has the bytes that stood there.
		unlinkSync(target);
		moveInto(kept, target, beside);
	}
	return true;
}

const existsNoFollow = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * Replacing a set of files so that either all are new or all are as before, also when the process dies midway. New contents lie
 * complete in the place before the first one is moved; what stood at a path is kept there (a hard link, or a copy) until the end;
 * a journal says what was to be done. The owner of the edits holds a lock of its own over the place, and goes this way:
 *
 *     recoverEdits(place, readJournal(place, …), …)                   settles what an earlier process left
 *     await inPlace(place, async () => {
 *         const plan = await planEdits(root, edits, …)                refused: `plan.conflicts`, `plan.differing`
 *         …                                                           new contents to `place.fresh`, each under its path
 *         const journal = prepareJournal(place, root, plan.pending)   with keys of its own, where it has some
 *         replaceFiles(place, journal)
 *         …                                                           records that it is done; `takeBack` where that must not be
 *         closeJournal(place)
 *     })
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, RelayError } from '../core/errors.ts';
import {
	ensureFolder,
	FOLDER_MODE,
	isFolder,
	removeIfThere,
	USUAL_FOLDER_MODE,
} from '../core/files/files.ts';
import { explainingWrites, explainWriteFailure } from '../core/files/write-failure.ts';
import { EXECUTABLE_MODE } from '../git/commits/tree-edits.ts';
import {
	besideOf,
	digestOf,
	discardPlace,
	type EditJournal,
	type EditPlace,
	type EditStep,
	oldPath,
	writeJournal,
} from './edit-journal.ts';
import { leadsElsewhere, lookAt, type SeenPath } from './look-at-paths.ts';
import { keepOld, moveInto } from './move-file.ts';
import { undoSteps } from './put-back.ts';

/**
 * Makes the place for `work`, with an empty folder for new contents, and clears it at the end; it stays where a journal is left,
 * which tells of files that could not be put back, or of edits that could not be recorded. Throws `refused` where the place is
 * there already: other edits are being made in it, or were interrupted. System errors of `work` come as `explainWriteFailure`
 * puts them.
 */
export async function inPlace<T>(place: EditPlace, work: () => Promise<T>): Promise<T> {
	explainingWrites(place.folder, () => claim(place));
	try {
		ensureFolder(place.fresh);
		return await work();
	} catch (error) {
		throw explainWriteFailure(error, place.folder);
	} finally {
		if (!existsSync(place.journal)) discardPlace(place);
	}
}

function claim({ folder }: EditPlace): void {
	ensureFolder(dirname(folder));
	try {
		mkdirSync(folder, { mode: FOLDER_MODE });
	} catch (error) {
		if (!hasErrno(error, 'EEXIST')) throw error;
		throw new RelayError('refused', `Files are being replaced from ${folder} already.`, {
			hint: 'Try again when that has ended.',
			cause: error,
		});
	}
}

/**
 * The journal over `replaced`, whose new contents lie in `place.fresh`; it is not on disk yet. A new content gets the permissions
 * that its file has here, but for the right to execute, which is as its change says.
 */
export function prepareJournal(
	{ fresh }: EditPlace,
	root: string,
	replaced: readonly SeenPath[],
): EditJournal {
	const removals = replaced.filter(({ edit }) => edit.after === null);
	const comes = replaced.filter(({ edit }) => edit.after !== null);
	for (const seen of comes) keepPermissions(join(fresh, seen.edit.path), seen);
	return {
		schema_version: 1,
		worktree: root,
		phase: 'writing',
		made_folders: missingFolders(
			root,
			comes.map(({ edit }) => edit.path),
		),
		steps: [...removals, ...comes].map(({ edit, stamp, kind }) => ({
			path: edit.path,
			stamp: kind === 'folder' ? null : stamp,
			digest: edit.after === null ? null : digestOf(join(fresh, edit.path)),
		})),
	};
}

function keepPermissions(fresh: string, { edit, permissions }: SeenPath): void {
	if (permissions === null) return;
	const facts = lstatSync(fresh);
	const isProgram = edit.after?.mode === EXECUTABLE_MODE;
	const isAsBefore = edit.before !== null && edit.before.mode === edit.after?.mode;
	const withExecute = isProgram ? permissions | ((permissions & 0o444) >> 2) : permissions & ~0o111;
	const wanted = isAsBefore ? permissions : withExecute;
	if (facts.isFile() && (facts.mode & 0o777) !== wanted) chmodSync(fresh, wanted);
}

/** Folders on the way to `paths` that are not there yet, or only as a file that goes. */
function missingFolders(root: string, paths: readonly string[]): string[] {
	const missing = new Set<string>();
	const present = new Set<string>();
	for (const path of paths)
		for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
			const folder = path.slice(0, end);
			if (missing.has(folder) || present.has(folder)) break;
			if (isFolder(join(root, folder))) {
				present.add(folder);
				break;
			}
			missing.add(folder);
		}
	return [...missing];
}

/**
 * Does all steps; the journal is written first. Whatever fails, all is put back and the failure is thrown: `refused` for a path
 * that changed since it was looked at, `disk_full`, `not_writable`; the last also where something could not be put back, and then
 * the journal stays. Phase `written` at the end; the journal goes when the owner closes it.
 */
export function replaceFiles(place: EditPlace, journal: EditJournal): void {
	writeJournal(place, journal);
	let at = 0;
	try {
		ensureFolder(place.old);
		for (; at < journal.steps.length; at++) {
			const step = journal.steps[at];
			if (step !== undefined) replaceFile(place, journal.worktree, step, at);
		}
		writeJournal(place, { ...journal, phase: 'written' });
	} catch (error) {
		const path = join(journal.worktree, journal.steps[at]?.path ?? '');
		const failure = explainWriteFailure(error, path);
		const { left } = takeBack(place, journal);
		if (left.length === 0) throw failure;
		throw new RelayError('not_writable', `${messageOf(failure)}; not put back: ${left.join(', ')}`, {
			hint: `What stood there lies in ${place.old}.`,
			cause: error,
		});
	}
}

/**
 * Puts all back that `replaceFiles` did. What someone changed since is left as it is and named in `left`; then the journal stays,
 * and what stood there lies in `place.old`.
 */
export function takeBack(place: EditPlace, journal: EditJournal): { left: string[] } {
	const { left } = undoSteps(place, journal);
	if (left.length === 0) closeJournal(place);
	return { left };
}

/** The edits are recorded where they belong: from here on nothing puts them back. */
export const closeJournal = (place: EditPlace): void => removeIfThere(place.journal);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function replaceFile(place: EditPlace, root: string, step: EditStep, at: number): void {
	const target = join(root, step.path);
	const now = lookAt(target);
	const isSame =
		step.stamp === null ? now.kind === 'absent' || now.kind === 'folder' : now.stamp === step.stamp;
	if (!isSame || leadsElsewhere(root, step.path))
		throw new RelayError('refused', `${step.path} was changed while its replacement was prepared.`, {
			hint: 'Everything is as it was. Try again when nothing else writes here.',
		});
	if (step.stamp !== null) keepOld(target, oldPath(place, at));
	if (step.digest === null) {
		unlinkSync(target);
		removeEmptyParents(root, step.path);
		return;
	}
	if (now.kind === 'folder') removeEmptied(target, step.path);
	if (step.stamp === null) ensureFolder(dirname(target), USUAL_FOLDER_MODE);
	const fresh = join(place.fresh, step.path);
	// Before it stands at its place: as long as it lies here, an undo takes the step for one that was not begun.
	moveInto(fresh, target, besideOf(place, target, at), () => unlinkSync(fresh));
}

/** A folder whose files were taken away by earlier steps. */
function removeEmptied(folder: string, path: string): void {
	try {
		rmdirSync(folder);
	} catch (error) {
		if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
		throw new RelayError('refused', `Something appeared in the folder ${path} meanwhile.`, {
			hint: 'Everything is as it was. Try again when nothing else writes here.',
			cause: error,
		});
	}
}

/** Folders that git would remove: those that held the file and hold nothing now. Never the top. */
function removeEmptyParents(root: string, path: string): void {
	const parts = path.split('/').slice(0, -1);
	for (; parts.length > 0; parts.pop()) {
		try {
			rmdirSync(join(root, ...parts));
		} catch (error) {
			if (hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM')) return;
			throw error;
		}
	}
}

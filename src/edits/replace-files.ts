/**
 * Replaces a set of files so that either all are new or all are as before, even if the process dies midway. All new contents are in
 * the place before the first one is moved; the old contents are kept there (a hard link, or a copy) until the end; a journal lists
 * the steps. The owner of the edits holds a lock of its own over the place, and proceeds like this:
 *
 * recoverEdits(place, readJournal(place, …), …)                   settles what an earlier process left await inPlace(place, async
 * () => { const plan = await planEdits(root, edits, …)                refused: `plan.conflicts`, `plan.differing` …
 * new contents to `place.fresh`, each under its path const journal = prepareJournal(place, root, plan.pending)   with keys of its
 * own, where it has some replaceFiles(place, journal) …                                                           records that it
 * is done; `takeBack` where that must not be closeJournal(place) })
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, RelayError } from '../core/errors.ts';
import { ensureFolder, FOLDER_MODE, isFolder, USUAL_FOLDER_MODE } from '../core/files/folders.ts';
import { explainingWrites, explainWriteFailure } from '../core/files/write-failure.ts';
import { removeIfThere } from '../core/files/write-file.ts';
import { EXECUTABLE_MODE } from '../git/commits/tree-edits.ts';
import {
	besideOf,
	digestOf,
	digestOfEntry,
	discardPlaceQuickly,
	type EditJournal,
	type EditPlace,
	type EditStep,
	oldPath,
	writeJournal,
} from './edit-journal.ts';
import { createWayCheck, type FileEdit, lookAt, type SeenPath } from './look-at-paths.ts';
import { keepOld, moveInto } from './move-file.ts';
import { undoSteps } from './put-back.ts';

/**
 * Creates the place for `work`, with an empty folder for new contents, and clears it at the end. It stays if a journal is left,
 * which names files that could not be restored, or edits that could not be recorded. Throws `refused` if the place exists already:
 * other edits are in progress there, or were interrupted. System errors of `work` are thrown as `explainWriteFailure` describes
 * them.
 */
export async function inPlace<T>(place: EditPlace, work: () => Promise<T>): Promise<T> {
	explainingWrites(place.folder, () => claim(place));
	try {
		ensureFolder(place.fresh);
		return await work();
	} catch (error) {
		throw explainWriteFailure(error, place.folder);
	} finally {
		if (!existsSync(place.journal)) await discardPlaceQuickly(place);
	}
}

function claim({ folder }: EditPlace): void {
	ensureFolder(dirname(folder));
	try {
		mkdirSync(folder, { mode: FOLDER_MODE });
	} catch (error) {
		if (!hasErrno(error, 'EEXIST')) throw error;
		throw new RelayError('refused', `Files from ${folder} are already being replaced.`, {
			hint: 'Try again when that has finished.',
			cause: error,
		});
	}
}

export interface JournalOptions {
	/** The only folders that may go when they become empty. Default: all. */
	removableFolders?: readonly string[];
	/** The new contents are byte for byte as their edits name them, so that none is read again. */
	isExact?: boolean;
	/** Called with the permissions that each new content will have; null: a link. */
	onStaged?: (path: string, permissions: number | null) => void;
}

/**
 * The journal of `replaced`, whose new contents are in `place.fresh`; it is not on disk yet. A new content gets its file's current
 * permissions, except the execute bit, which comes from the change; one whose own permissions are recorded gets those unless
 * somebody has changed them since.
 */
export function prepareJournal(
	{ fresh }: EditPlace,
	root: string,
	replaced: readonly SeenPath[],
	{ removableFolders, isExact = false, onStaged }: JournalOptions = {},
): EditJournal {
	const removals = replaced.filter(({ edit }) => edit.after === null);
	const comes = replaced.filter(({ edit }) => edit.after !== null);
	for (const seen of comes) {
		const permissions = settlePermissions(`${fresh}/${seen.edit.path}`, seen);
		onStaged?.(seen.edit.path, permissions);
	}
	const digestAt = ({ path, after }: FileEdit) =>
		after === null ? null : isExact ? digestOfEntry(after) : digestOf(join(fresh, path));
	return {
		schema_version: 1,
		worktree: root,
		phase: 'writing',
		made_folders: missingFolders(
			root,
			comes.map(({ edit }) => edit.path),
		),
		...(removableFolders === undefined ? {} : { removable_folders: [...removableFolders] }),
		steps: [...removals, ...comes].map(({ edit, stamp, kind }) => ({
			path: edit.path,
			stamp: kind === 'folder' ? null : stamp,
			digest: digestAt(edit),
		})),
	};
}

/** What it has then; null: a link. */
function settlePermissions(fresh: string, seen: SeenPath): number | null {
	const facts = lstatSync(fresh);
	if (!facts.isFile()) return null;
	const made = facts.mode & 0o777;
	const wanted = permissionsWanted(seen) ?? made;
	if (made !== wanted) chmodSync(fresh, wanted);
	return wanted;
}

/** null: as it was made. */
function permissionsWanted({ edit, permissions }: SeenPath): number | null {
	const recorded = edit.after?.permissions ?? null;
	const isAsRecorded = permissions === null || permissions === edit.before?.permissions;
	if (recorded !== null && isAsRecorded) return recorded;
	if (permissions === null) return null;
	const isAsBefore = edit.before !== null && edit.before.mode === edit.after?.mode;
	if (isAsBefore) return permissions;
	const isProgram = edit.after?.mode === EXECUTABLE_MODE;
	return isProgram ? permissions | ((permissions & 0o444) >> 2) : permissions & ~0o111;
}

/** Folders on the way to `paths` that do not exist yet, or are a file to be removed. */
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
 * Does all steps; the journal is written first. If one fails, everything is restored and the failure is thrown: `refused` for a
 * path that changed since it was looked at, `disk_full`, `not_writable`. The last is also thrown if something could not be
 * restored, and then the journal stays. Ends in phase `written`; the owner removes the journal by closing it.
 */
export function replaceFiles(place: EditPlace, journal: EditJournal): void {
	writeJournal(place, journal);
	let at = 0;
	const leadsElsewhere = createWayCheck(journal.worktree);
	try {
		ensureFolder(place.old);
		for (; at < journal.steps.length; at++) {
			const step = journal.steps[at];
			if (step !== undefined) replaceFile(place, journal, { step, at, leadsElsewhere });
		}
		writeJournal(place, { ...journal, phase: 'written' });
	} catch (error) {
		const path = join(journal.worktree, journal.steps[at]?.path ?? '');
		const failure = explainWriteFailure(error, path);
		const { left } = takeBack(place, journal);
		if (left.length === 0) throw failure;
		throw new RelayError('not_writable', `${messageOf(failure)}; not restored: ${left.join(', ')}`, {
			hint: `The old files are in ${place.old}.`,
			cause: error,
		});
	}
}

/**
 * Restores everything that `replaceFiles` replaced. What someone changed since is left unchanged and named in `left`; then the
 * journal stays, and the old contents are in `place.old`.
 */
export function takeBack(place: EditPlace, journal: EditJournal): { left: string[] } {
	const { left } = undoSteps(place, journal);
	if (left.length === 0) closeJournal(place);
	return { left };
}

/** Ends the edits once they are recorded: from here on nothing restores the old files. */
export const closeJournal = (place: EditPlace): void => removeIfThere(place.journal);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function replaceFile(
	place: EditPlace,
	{ worktree: root, removable_folders }: EditJournal,
	{ step, at, leadsElsewhere }: { step: EditStep; at: number; leadsElsewhere: (path: string) => boolean },
): void {
	const target = `${root}/${step.path}`;
	const now = lookAt(target);
	const isSame =
		step.stamp === null ? now.kind === 'absent' || now.kind === 'folder' : now.stamp === step.stamp;
	if (!isSame || leadsElsewhere(step.path))
		throw new RelayError('refused', `${step.path} was changed while its replacement was being prepared.`, {
			hint: 'Nothing was changed. Try again when nothing else is writing here.',
		});
	if (step.stamp !== null) keepOld(target, oldPath(place, at), now.kind === 'link');
	if (step.digest === null) {
		unlinkSync(target);
		removeEmptyParents(root, step.path, removable_folders);
		return;
	}
	if (now.kind === 'folder') removeEmptied(target, step.path);
	if (step.stamp === null) ensureFolder(dirname(target), USUAL_FOLDER_MODE);
	const fresh = `${place.fresh}/${step.path}`;
	// Before it is in place: while it is still here, an undo treats the step as not begun.
	moveInto(fresh, target, besideOf(place, target, at), () => unlinkSync(fresh));
}

/** Removes a folder whose files were removed by earlier steps. */
function removeEmptied(folder: string, path: string): void {
	try {
		rmdirSync(folder);
	} catch (error) {
		if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
		throw new RelayError('refused', `Something appeared in the folder ${path} meanwhile.`, {
			hint: 'Nothing was changed. Try again when nothing else is writing here.',
			cause: error,
		});
	}
}

/** Removes the folders that git would: those that held the file and are now empty. Never the top. */
function removeEmptyParents(root: string, path: string, removable: readonly string[] | undefined): void {
	const parts = path.split('/').slice(0, -1);
	for (; parts.length > 0; parts.pop()) {
		if (removable !== undefined && !removable.includes(parts.join('/'))) return;
		try {
			rmdirSync(join(root, ...parts));
		} catch (error) {
			if (hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM')) return;
			throw error;
		}
	}
}

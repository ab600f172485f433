/**
 * Replacing files so that either all are new or all are as before, also when the process dies midway. New contents lie
 * complete in a folder of the race's session before the first one is moved; what stood at a path is kept there (a hard
 * link, or a copy) until the end; a journal says what was to be done.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readlinkSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { hasErrno, RelayError } from '../core/errors.ts';
import {
	ensureFolder,
	isFolder,
	readIfThere,
	readRegularFile,
	removeIfThere,
	USUAL_FOLDER_MODE,
	writeAtomic,
} from '../core/files.ts';
import { explainWriteFailure } from '../core/write-failure.ts';
import { ADOPT_FOLDER } from '../sessions/session-paths.ts';
import { isAdoptablePath, leadsElsewhere, lookAt } from './adopt-paths.ts';
import { keepOld, moveInto } from './move-file.ts';

const stepSchema = v.looseObject({
	path: v.string(),
	/** What stood there, as `lookAt` stamps it; null: nothing, or a folder that is emptied by earlier steps. */
	stamp: v.nullable(v.string()),
	/** Digest of what comes; null: the path goes away. Its content lies in `new/<path>`. */
	digest: v.nullable(v.string()),
});
type AdoptStep = v.InferOutput<typeof stepSchema>;

const journalSchema = v.looseObject({
	schema_version: v.literal(1),
	entrant: v.string(),
	worktree: v.string(),
	/** `written`: all steps are done, what is left is to note it. */
	phase: v.picklist(['writing', 'written']),
	/** The commit that follows the files; null: none. */
	commit: v.nullable(v.string()),
	/** Folders that were not there before; they go when an undo leaves them empty. */
	made_folders: v.array(v.string()),
	steps: v.array(stepSchema),
});
export type AdoptJournal = v.InferOutput<typeof journalSchema>;

/** The place of one adoption: `adopt/` in the folder of the race's session. */
export interface AdoptPlace {
	folder: string;
	/** New contents, under their paths. */
	fresh: string;
	journal: string;
}

export function adoptPlace(sessionFolder: string): AdoptPlace {
	const folder = join(sessionFolder, ADOPT_FOLDER);
	return { folder, fresh: join(folder, 'new'), journal: join(folder, 'journal.json') };
}

/** null: no adoption was begun, or nothing of it was written. Throws `damaged_record`. */
export function readJournal(place: AdoptPlace): AdoptJournal | null {
	const bytes = readIfThere(place.journal);
	if (bytes === null) return null;
	const result = v.safeParse(v.pipe(v.string(), v.parseJson(), journalSchema), bytes.toString('utf8'));
	if (result.success) return result.output;
	throw new RelayError('damaged_record', `${place.journal} is damaged`, {
		hint: 'It tells what an interrupted adoption had replaced; the old files lie beside it, under old/.',
	});
}

/** @internal For tests: tests leave one as a crash does. */
export function writeJournal(place: AdoptPlace, journal: AdoptJournal): void {
	writeAtomic(place.journal, `${JSON.stringify(journal, null, '\t')}\n`, { sync: true });
}

export function discardPlace(place: AdoptPlace): void {
	rmSync(place.folder, { recursive: true, force: true });
}

/**
 * Does all steps; the journal is written first. Whatever fails (a path that changed since it was looked at, a full disk), all
 * is put back and the failure is thrown. Phase `written` at the end; the journal goes when all is settled.
 */
export function replaceFiles(place: AdoptPlace, journal: AdoptJournal): void {
	writeJournal(place, journal);
	let at = 0;
	try {
		for (; at < journal.steps.length; at++) {
			const step = journal.steps[at];
			if (step !== undefined) replaceFile(place, journal.worktree, step, at);
		}
		writeJournal(place, { ...journal, phase: 'written' });
	} catch (error) {
		const { left } = undoSteps(place, journal);
		const path = join(journal.worktree, journal.steps[at]?.path ?? '');
		const failure = explainWriteFailure(error, path);
		if (left.length === 0) {
			removeIfThere(place.journal);
			throw failure;
		}
		throw new RelayError('not_writable', `${messageOf(failure)}; not put back: ${left.join(', ')}`, {
			hint: `What stood there lies in ${join(place.folder, 'old')}.`,
			cause: error,
		});
	}
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function replaceFile(place: AdoptPlace, worktree: string, step: AdoptStep, at: number): void {
	const target = join(worktree, step.path);
	const now = lookAt(target);
	const isSame =
		step.stamp === null ? now.kind === 'absent' || now.kind === 'folder' : now.stamp === step.stamp;
	if (!isSame || leadsElsewhere(worktree, step.path))
		throw new RelayError('refused', `${step.path} was changed while its replacement was prepared.`, {
			hint: 'Everything is as it was. Try again when nothing else writes here.',
		});
	if (step.stamp !== null) keepOld(target, oldPath(place, at));
	if (step.digest === null) {
		unlinkSync(target);
		removeEmptyParents(worktree, step.path);
		return;
	}
	if (now.kind === 'folder') removeEmptied(target, step.path);
	ensureFolder(dirname(target), USUAL_FOLDER_MODE);
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

const oldPath = (place: AdoptPlace, at: number) => join(place.folder, 'old', String(at));

/** Where a content waits on the checkout's own disk; nobody else's file has that name. */
function besideOf(place: AdoptPlace, target: string, at: number): string {
	return join(dirname(target), `.agent-relay-${basename(dirname(place.folder))}-${at}.tmp`);
}

/** Folders that git would remove: those that held the file and hold nothing now. Never the top. */
function removeEmptyParents(worktree: string, path: string): void {
	const parts = path.split('/').slice(0, -1);
	for (; parts.length > 0; parts.pop()) {
		try {
			rmdirSync(join(worktree, ...parts));
		} catch (error) {
			if (hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM')) return;
			throw error;
		}
	}
}

/**
 * Puts back what stood at each path where the adoption's own content stands now. What someone changed since is left as it is
 * and named in `left`. Any step may have been done, half done or not begun.
 */
export function undoSteps(place: AdoptPlace, journal: AdoptJournal): { left: string[] } {
	const steps = [...journal.steps.entries()].reverse();
	const left = [
		...undoAll(
			place,
			journal,
			steps.filter(([, { digest }]) => digest !== null),
		),
		// Before the files that stood where these folders are.
		...removeMadeFolders(journal),
		...undoAll(
			place,
			journal,
			steps.filter(([, { digest }]) => digest === null),
		),
	];
	return { left };
}

function undoAll(
	place: AdoptPlace,
	{ worktree }: AdoptJournal,
	steps: ReadonlyArray<readonly [number, AdoptStep]>,
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

/** What someone put into one since keeps it. */
function removeMadeFolders({ worktree, made_folders, steps }: AdoptJournal): never[] {
	const parents = new Set(steps.flatMap(({ path, digest }) => (digest === null ? [] : parentsOf(path))));
	// Earlier versions did not list a folder that came for a file.
	const forFiles = steps.filter(({ path, digest }) => digest === null && parents.has(path));
	const folders = new Set([...made_folders, ...forFiles.map(({ path }) => path)]);
	for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
		if (!isAdoptablePath(folder) || leadsElsewhere(worktree, folder)) continue;
		try {
			rmdirSync(join(worktree, folder));
		} catch (error) {
			if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) throw error;
		}
	}
	return [];
}

const parentsOf = (path: string) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/** False: something else stands there now, or in place of a folder on the way. */
function undoStep(place: AdoptPlace, worktree: string, step: AdoptStep, at: number): boolean {
	if (!isAdoptablePath(step.path)) return false;
	const target = join(worktree, step.path);
	const kept = oldPath(place, at);
	const isKept = existsNoFollow(kept);
	// What was to come there was not begun; what stood there is not put back through a link.
	if (leadsElsewhere(worktree, step.path)) return !isKept;
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
		// What was written in its place has taken its room; that content is in the repo.
		unlinkSync(target);
		moveInto(kept, target, beside);
	}
	return true;
}

const existsNoFollow = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Of what a path is: its kind, whether it can be executed, its bytes. */
export function digestOf(path: string): string {
	const facts = lstatSync(path);
	const hash = createHash('sha256');
	if (facts.isSymbolicLink()) return hash.update(`link ${readlinkSync(path)}`).digest('hex');
	const kind = (facts.mode & 0o100) === 0 ? 'file' : 'program';
	return hash
		.update(`${kind} `)
		.update(readRegularFile(path, Number.POSITIVE_INFINITY) ?? 'no file')
		.digest('hex');
}

/** Folders on the way to `paths` that are not there yet, or only as a file that goes. */
export function missingFolders(worktree: string, paths: readonly string[]): string[] {
	const missing = new Set<string>();
	for (const path of paths) {
		const parts = path.split('/').slice(0, -1);
		for (let depth = parts.length; depth > 0; depth--) {
			const folder = parts.slice(0, depth).join('/');
			if (missing.has(folder) || isFolder(join(worktree, folder))) break;
			missing.add(folder);
		}
	}
	return [...missing];
}

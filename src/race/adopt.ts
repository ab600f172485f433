/**
 * Taking over what an entrant made: its files into the main checkout, a commit there, or a branch. Everything is looked at
 * before anything is written, and either all is written or nothing (`adopt-journal.ts`). The repo's index is touched for
 * `commit` alone, and there only for the adopted paths.
 */
import { chmodSync, existsSync, lstatSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { RelayError } from '../core/errors.ts';
import { ensureFolder, removeIfThere } from '../core/files.ts';
import { parseSessionId } from '../core/ids.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { explainWriteFailure } from '../core/write-failure.ts';
import { createBranch, createCommit, refuseBranchName } from '../git/commit-paths.ts';
import { firstLineOf } from '../git/git-output.ts';
import { explainDisk } from '../git/repo-git.ts';
import { openScratchIndex, type ScratchIndex } from '../git/scratch-index.ts';
import { listTreeEdits, type TreeEdit } from '../git/tree-edits.ts';
import { acceptOrigin, requireOrigin } from '../relay/session-origin.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import {
	commitMessage,
	finishCommit,
	type PreparedCommit,
	prepareCommit,
	refuseUncommittable,
} from './adopt-commit.ts';
import { type MergeResult, mergeDiffering, mergedMode, sortByContent } from './adopt-contents.ts';
import type { AdoptDeps, AdoptMode } from './adopt-deps.ts';
import {
	type AdoptJournal,
	type AdoptPlace,
	adoptPlace,
	digestOf,
	discardPlace,
	missingFolders,
	replaceFiles,
	undoSteps,
} from './adopt-journal.ts';
import { noteAdopted, noteLeftOut } from './adopt-note.ts';
import {
	type AdoptConflict,
	type AdoptOmission,
	contentConflict,
	isMergeable,
	lookAtPaths,
	type SeenPath,
} from './adopt-paths.ts';
import { recoverAdoption } from './adopt-recover.ts';
import { isKeptByUs, type KeptWork } from './kept-witness.ts';
import { omissionsInside } from './left-inside.ts';
import type { EntrantRecord, RaceRecord } from './race-record.ts';

export interface AdoptRequest {
	record: RaceRecord;
	/** Id as in the record; null: the winner. */
	entrant: string | null;
	mode: AdoptMode;
	/** The user says so of a race that no relay of his began. */
	isAccepted?: boolean;
}

export interface AdoptedFile {
	path: string;
	change: 'added' | 'modified' | 'deleted' | 'merged';
	/** Conflict markers are left in it. */
	hasMarkers: boolean;
}

export type AdoptResult =
	| {
			status: 'adopted';
			entrant: string;
			written: AdoptedFile[];
			/** Stood as the entrant left them. */
			already: string[];
			omitted: AdoptOmission[];
			commit: string | null;
			branch: string | null;
			notes: string[];
	  }
	/** All that the entrant did is left out: nothing was written. */
	| { status: 'left_out'; entrant: string; omitted: AdoptOmission[]; notes: string[] }
	/** Nothing was written. */
	| { status: 'conflicts'; entrant: string; conflicts: AdoptConflict[]; canMerge: boolean; notes: string[] };

/**
 * Conflicts are a result; RelayError `refused` for what no other file would mend (no winner, nothing kept, the state of the
 * repo, a race of another relay), `session_locked` while the race runs.
 */
export async function adopt(request: AdoptRequest, deps: AdoptDeps): Promise<AdoptResult> {
	const { record, mode, isAccepted = false } = request;
	const id = parseSessionId(record.id);
	if (id === null) throw new RelayError('damaged_record', `${record.id} is no id of a race`);
	const entrant = chooseEntrant(record, request.entrant);
	const goOn = `agent-relay race adopt ${entrant.id} --race ${id.slice(-6)} --here`;
	requireOrigin({ id, kind: 'race' }, deps.store.witness(id), isAccepted, goOn);
	const commit = await keptCommit(record, entrant, deps);
	const kept = { entrant: entrant.id, base: record.base.commit, commit };
	if (!isAccepted && !isKeptByUs(deps.store.witness(id), kept)) throw notKeptByUs(kept, goOn);
	acceptOrigin(id, deps.store);
	const session = deps.store.open(id);
	try {
		const said = await recoverAdoption(session, deps);
		const notes = said === null ? [] : [said];
		const edits = await listTreeEdits(deps.git, deps.repo.worktree, record.base.commit, commit);
		const inside = omissionsInside(entrant);
		if (edits.length === 0 && inside.length === 0)
			throw new RelayError('refused', `${entrant.id} changed no file, so there is nothing to adopt.`);
		const task = { record, entrant: entrant.id, commit, edits, inside, notes, session, deps };
		const result = await adoptTask(task, mode);
		const paths = result.status === 'conflicts' ? result.conflicts : result.omitted;
		noteLeftOut(session, deps, { entrant: entrant.id, paths });
		return result;
	} catch (error) {
		throw explainDisk(error);
	} finally {
		session.release();
	}
}

function notKeptByUs({ entrant, base, commit }: KeptWork, goOn: string): RelayError {
	return new RelayError(
		'refused',
		`The record of the race names other files of ${entrant} than your relay kept: it was changed, or is of an older relay.`,
		{ hint: `Look at them: git diff ${base} ${commit}, or adopt them all the same: ${goOn}` },
	);
}

async function adoptTask(task: Adoption, mode: AdoptMode): Promise<AdoptResult> {
	const { entrant, edits, inside, notes } = task;
	if (edits.length === 0) return { status: 'left_out', entrant, omitted: [...inside], notes };
	return mode.kind === 'branch' ? adoptAsBranch(task, mode.name) : adoptFiles(task, mode);
}

interface Adoption {
	record: RaceRecord;
	entrant: string;
	/** Of the entrant's files. */
	commit: string;
	edits: readonly TreeEdit[];
	/** What it did in repos inside its worktree. */
	inside: readonly AdoptOmission[];
	notes: string[];
	session: OpenSession;
	deps: AdoptDeps;
}

/** By id, or as it was named (`claude:opus`). Throws `refused` without a winner, `not_found` for an unknown name. */
export function chooseEntrant(record: RaceRecord, name: string | null): EntrantRecord {
	const names = record.entrants.map(({ id }) => id).join(', ');
	if (name === null && record.winner === null) {
		const why = record.verdict === null ? 'The race has not ended.' : `No entrant won: ${record.verdict}`;
		throw new RelayError('refused', why, { hint: `Name the one to adopt: ${names}` });
	}
	const wanted = name ?? record.winner;
	const found = record.entrants.find(
		({ id, agent, model }) => id === wanted || (model !== null && `${agent}:${model}` === wanted),
	);
	if (found) return found;
	throw new RelayError('not_found', `No entrant ${JSON.stringify(wanted)} is in race ${record.id}.`, {
		hint: `Its entrants: ${names}`,
	});
}

async function keptCommit(record: RaceRecord, entrant: EntrantRecord, deps: AdoptDeps): Promise<string> {
	const { git, repo } = deps;
	if (repo.kind !== 'worktree')
		throw new RelayError('refused', 'There is no checkout here to adopt anything into.');
	if (repo.worktree === record.folder || repo.worktree.startsWith(record.folder + sep))
		throw new RelayError('refused', 'This is a worktree of the race itself.', {
			hint: `Go to your own checkout first: cd ${quoteForShell(repo.root)}`,
		});
	if (entrant.commit === null)
		throw new RelayError('refused', `The files of ${entrant.id} are not kept${kept(record)}.`, {
			hint: entrant.reason ?? 'agent-relay race show tells why',
		});
	const object = `${entrant.commit}^{commit}`;
	const found = await git.run(['cat-file', '-e', object], { cwd: repo.worktree, allowExit: [1, 128] });
	if (found.exitCode === 0) return entrant.commit;
	throw new RelayError('not_found', `The files of ${entrant.id} are no longer in this repo${kept(record)}.`);
}

const kept = ({ state }: RaceRecord) => (state === 'cleaned' ? ': the race was cleaned' : '');

async function adoptAsBranch(adoption: Adoption, name: string): Promise<AdoptResult> {
	const { record, entrant, deps, session, notes } = adoption;
	const { git, repo, env } = deps;
	await refuseBranchName(git, repo.worktree, name);
	const shown = await git.run(['rev-parse', '--verify', `${adoption.commit}^{tree}`], { cwd: repo.worktree });
	const commit = await createCommit(git, repo.worktree, {
		tree: firstLineOf(shown.stdout),
		parent: record.base.commit,
		message: commitMessage(record, entrant),
		env,
	});
	await createBranch(git, repo.worktree, { name, commit });
	noteAdopted(session, deps, { entrant, commit, branch: name });
	const base = record.base.is_snapshot
		? ['Its parent is the snapshot of your changes that the race began with.']
		: [];
	const omitted = [...adoption.inside];
	return { ...nothingWritten(entrant), omitted, commit, branch: name, notes: [...notes, ...base] };
}

function nothingWritten(entrant: string): Extract<AdoptResult, { status: 'adopted' }> {
	return {
		status: 'adopted',
		entrant,
		written: [],
		already: [],
		omitted: [],
		commit: null,
		branch: null,
		notes: [],
	};
}

type FilesMode = Exclude<AdoptMode, { kind: 'branch' }>;

async function adoptFiles(adoption: Adoption, mode: FilesMode): Promise<AdoptResult> {
	const { session, deps } = adoption;
	if (mode.kind === 'commit') await refuseUncommittable(deps);
	const place = adoptPlace(session.writableFolder());
	try {
		ensureFolder(place.fresh);
		const scratch = join(place.folder, 'scratch');
		ensureFolder(scratch);
		const index = openScratchIndex(deps.git, deps.repo, scratch);
		return await stageAndWrite(adoption, mode, { place, scratch, index });
	} catch (error) {
		throw explainWriteFailure(error, place.folder);
	} finally {
		settle(place);
	}
}

/** A journal that is still there tells of files that could not be put back: what stood there before is kept, too. */
function settle(place: AdoptPlace): void {
	if (!existsSync(place.journal)) discardPlace(place);
}

interface Staging {
	place: AdoptPlace;
	scratch: string;
	index: ScratchIndex;
}

async function stageAndWrite(adoption: Adoption, mode: FilesMode, staging: Staging): Promise<AdoptResult> {
	const { entrant, deps, notes } = adoption;
	const { place, index } = staging;
	const ignoresCase = await readBoolean(deps, 'core.ignorecase');
	const seen = lookAtPaths(deps.repo.worktree, adoption.edits, { ignoresCase });
	const sorted = await sortByContent(seen.open, index, deps);
	const comes = [...sorted.pending, ...(mode.merge ? sorted.differing : [])];
	const staged = comes.flatMap(({ edit }) => (edit.after === null ? [] : [edit.path]));
	await index.checkout(adoption.commit, staged, place.fresh);
	const merge = mode.merge ? await merged(adoption, sorted.differing, staging) : NO_MERGE;
	const conflicts = [
		...seen.conflicts,
		...(mode.merge ? merge.conflicts : sorted.differing.map(contentConflict)),
	];
	if (conflicts.length > 0) {
		const canMerge = seen.conflicts.length === 0 && sorted.differing.every(isMergeable);
		return { status: 'conflicts', entrant, conflicts: byPath(conflicts), canMerge, notes };
	}
	const omitted = allOmitted(adoption, seen.omitted);
	if (seen.open.length === 0 && omitted.length > 0) return { status: 'left_out', entrant, omitted, notes };
	if (mode.kind === 'commit') refuseMarkers(merge.marked);
	const replaced = [...sorted.pending, ...merge.merged];
	keepPermissions(sorted.pending, place);
	const pointers = staged.filter((path) => isPointer(join(place.fresh, path)));
	const adopted = [...sorted.already, ...replaced];
	const message = commitMessage(adoption.record, entrant);
	const commit =
		mode.kind === 'commit'
			? await prepareCommit(deps, index, { adopted, merged: merge.merged, fresh: place.fresh, message })
			: null;
	if (commit !== null && commit.conflicts.length > 0)
		return { status: 'conflicts', entrant, conflicts: byPath(commit.conflicts), canMerge: false, notes };
	const said = await write(adoption, { place, replaced, commit, message });
	return {
		status: 'adopted',
		entrant,
		written: byPath(replaced.map((path) => writtenFile(path, merge))),
		already: sorted.already.map(({ edit }) => edit.path),
		omitted,
		commit: commit?.id ?? null,
		branch: null,
		notes: [...notes, ...said, ...notesOn(adoption, commit, pointers), ...(await notDone(adoption, commit))],
	};
}

/** What lies inside a submodule says more than that it is one. */
function allOmitted({ inside }: Adoption, omitted: readonly AdoptOmission[]): AdoptOmission[] {
	const named = new Set(inside.map(({ path }) => path));
	return byPath([...omitted.filter(({ path }) => !named.has(path)), ...inside]);
}

const NO_MERGE: MergeResult = { merged: [], marked: [], conflicts: [] };

function merged(
	{ deps, record, entrant }: Adoption,
	differing: readonly SeenPath[],
	{ place, scratch, index }: Staging,
): Promise<MergeResult> {
	const { git, repo } = deps;
	const places = { root: repo.worktree, fresh: place.fresh, scratch };
	return mergeDiffering(differing, { git, index, base: record.base.commit, entrant, ...places });
}

function refuseMarkers(marked: readonly string[]): void {
	if (marked.length === 0) return;
	throw new RelayError('refused', `Merging leaves conflicts in ${marked.join(', ')}: nothing is committed.`, {
		hint: 'Adopt with --merge alone, resolve them, then commit.',
	});
}

/** Files keep the permissions that they have here; only the right to execute is the entrant's. */
function keepPermissions(pending: readonly SeenPath[], { fresh }: AdoptPlace): void {
	for (const seen of pending) {
		const { edit, permissions } = seen;
		if (permissions === null || edit.after === null) continue;
		const path = join(fresh, edit.path);
		if (lstatSync(path).isFile()) chmodSync(path, mergedMode(seen));
	}
}

/** Files, then the branch, then the record; the journal is there until the end. Returns what is to be said. */
async function write(
	{ entrant, deps, session }: Adoption,
	options: {
		place: AdoptPlace;
		replaced: readonly SeenPath[];
		commit: PreparedCommit | null;
		message: string;
	},
): Promise<string[]> {
	const { place, replaced, commit, message } = options;
	const journal = journalOf(deps.repo.worktree, entrant, place, replaced, commit?.id ?? null);
	const said: string[] = [];
	replaceFiles(place, journal);
	if (commit !== null && commit.id !== null) {
		const { id } = commit;
		try {
			const line = await finishCommit(deps, { ...commit, id }, message);
			if (line !== null) said.push(line);
		} catch (error) {
			if (undoSteps(place, journal).left.length === 0) removeIfThere(place.journal);
			throw error;
		}
	}
	noteAdopted(session, deps, { entrant, commit: commit?.id ?? null, branch: null });
	removeIfThere(place.journal);
	return said;
}

function journalOf(
	worktree: string,
	entrant: string,
	{ fresh }: AdoptPlace,
	replaced: readonly SeenPath[],
	commit: string | null,
): AdoptJournal {
	const removals = replaced.filter(({ edit }) => edit.after === null);
	const comes = replaced.filter(({ edit }) => edit.after !== null);
	return {
		schema_version: 1,
		entrant,
		worktree,
		phase: 'writing',
		commit,
		made_folders: missingFolders(
			worktree,
			comes.map(({ edit }) => edit.path),
		),
		steps: [...removals, ...comes].map(({ edit, stamp, kind }) => ({
			path: edit.path,
			stamp: kind === 'folder' ? null : stamp,
			digest: edit.after === null ? null : digestOf(join(fresh, edit.path)),
		})),
	};
}

function writtenFile({ edit }: SeenPath, { merged, marked }: MergeResult): AdoptedFile {
	const isMerged = merged.some((seen) => seen.edit.path === edit.path);
	const change = edit.after === null ? 'deleted' : edit.before === null ? 'added' : 'modified';
	return { path: edit.path, change: isMerged ? 'merged' : change, hasMarkers: marked.includes(edit.path) };
}

const byPath = <T extends { path: string }>(entries: readonly T[]): T[] =>
	[...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: at most 1024 bytes, and begins so. */
function isPointer(path: string): boolean {
	const facts = lstatSync(path);
	if (!facts.isFile() || facts.size > 1024) return false;
	return readFileSync(path).toString('latin1').startsWith('version https://git-lfs.github.com/spec/');
}

function notesOn({ record }: Adoption, commit: PreparedCommit | null, pointers: readonly string[]): string[] {
	return [
		pointers.length === 0
			? ''
			: `Written as Git LFS pointers: ${pointers.join(', ')}. Get their contents with: git lfs pull`,
		commit !== null && commit.id === null ? 'HEAD holds these files already: no commit was made.' : '',
		commit?.id && record.base.is_snapshot
			? 'The race began with your uncommitted changes: the commit holds those of these files, too.'
			: '',
	].filter((note) => note !== '');
}

/** The commit is made without any program of the repo or of its config. */
async function notDone({ deps }: Adoption, commit: PreparedCommit | null): Promise<string[]> {
	if (!commit?.id || !(await readBoolean(deps, 'commit.gpgSign'))) return [];
	return [
		'The commit is not signed, although commit.gpgSign is set. To sign it: git commit --amend --no-edit -S',
	];
}

async function readBoolean({ git, repo }: AdoptDeps, key: string): Promise<boolean> {
	const answer = await git.run(['config', '--type=bool', '--get', key], {
		cwd: repo.worktree,
		allowExit: [1, 128],
	});
	return firstLineOf(answer.stdout) === 'true';
}

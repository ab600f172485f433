/** Writes an entrant's files into the checkout, and commits them where that is asked for. */
import { RelayError } from '../../core/errors.ts';
import type { EditPlace } from '../../edits/edit-journal.ts';
import type { SeenPath } from '../../edits/look-at-paths.ts';
import type { MergeResult } from '../../edits/merge-contents.ts';
import { closeJournal, inPlace, prepareJournal, replaceFiles, takeBack } from '../../edits/replace-files.ts';
import {
	commitMessage,
	finishCommit,
	type PreparedCommit,
	prepareCommit,
	refuseUncommittable,
} from './adopt-commit.ts';
import type { AdoptedFile, AdoptResult, FilesMode } from './adopt-deps.ts';
import { type AdoptJournal, adoptPlace } from './adoption-journal.ts';
import { recordAdoption } from './record-adoption.ts';
import { type Adoption, byPath, readBoolean, type StagedFiles, stageFiles } from './stage-files.ts';

/** All or nothing. Throws `refused` for a commit that cannot be made here, and what `replaceFiles` throws. */
export async function adoptFiles(adoption: Adoption, mode: FilesMode): Promise<AdoptResult> {
	if (mode.kind === 'commit') await refuseUncommittable(adoption.deps);
	const place = adoptPlace(adoption.session.writableFolder());
	return inPlace(place, async () => {
		const staged = await stageFiles(adoption, mode, place);
		return staged.status === 'staged' ? writeStaged(adoption, mode, { place, staged }) : staged;
	});
}

async function writeStaged(
	adoption: Adoption,
	mode: FilesMode,
	{ place, staged }: { place: EditPlace; staged: StagedFiles },
): Promise<AdoptResult> {
	const { entrant, notes, deps } = adoption;
	const { replaced, already, merge, omitted, pointers } = staged;
	const message = commitMessage(adoption.record, entrant);
	const commit = mode.kind === 'commit' ? await prepared(adoption, { place, staged, message }) : null;
	if (commit !== null && commit.conflicts.length > 0)
		return { status: 'conflicts', entrant, conflicts: byPath(commit.conflicts), canMerge: false, notes };
	const said = await write(adoption, { place, replaced, commit, message });
	return {
		status: 'adopted',
		entrant,
		written: byPath(replaced.map((path) => writtenFile(path, merge))),
		already: already.map(({ edit }) => edit.path),
		omitted,
		commit: commit?.id ?? null,
		branch: null,
		notes: [...notes, ...said, ...notesOn(adoption, commit, pointers), ...(await notDone(deps, commit))],
	};
}

function prepared(
	{ deps }: Adoption,
	{ place, staged, message }: { place: EditPlace; staged: StagedFiles; message: string },
): Promise<PreparedCommit> {
	const { index, replaced, already, merge } = staged;
	if (merge.marked.length > 0)
		throw new RelayError(
			'refused',
			`Merging leaves conflicts in ${merge.marked.join(', ')}: nothing is committed.`,
			{ hint: 'Adopt with --merge alone, resolve them, then commit.' },
		);
	const adopted = [...already, ...replaced];
	return prepareCommit(deps, index, { adopted, merged: merge.merged, fresh: place.fresh, message });
}

/** Files, then the branch, then the record; the journal is there until the end. Returns what is to be said. */
async function write(
	{ entrant, deps, session }: Adoption,
	options: {
		place: EditPlace;
		replaced: readonly SeenPath[];
		commit: PreparedCommit | null;
		message: string;
	},
): Promise<string[]> {
	const { place, replaced, commit, message } = options;
	const { schema_version, worktree, phase, ...edits } = prepareJournal(place, deps.repo.worktree, replaced);
	const id = commit?.id ?? null;
	const journal: AdoptJournal = { schema_version, entrant, worktree, phase, commit: id, ...edits };
	const said: string[] = [];
	replaceFiles(place, journal);
	if (commit !== null && id !== null) {
		try {
			const line = await finishCommit(deps, { ...commit, id }, message);
			if (line !== null) said.push(line);
		} catch (error) {
			takeBack(place, journal);
			throw error;
		}
	}
	recordAdoption(session, deps, { entrant, commit: id, branch: null });
	closeJournal(place);
	return said;
}

function writtenFile({ edit }: SeenPath, { merged, marked }: MergeResult): AdoptedFile {
	const isMerged = merged.some((seen) => seen.edit.path === edit.path);
	const change = edit.after === null ? 'deleted' : edit.before === null ? 'added' : 'modified';
	return { path: edit.path, change: isMerged ? 'merged' : change, hasMarkers: marked.includes(edit.path) };
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
async function notDone(deps: Adoption['deps'], commit: PreparedCommit | null): Promise<string[]> {
	if (!commit?.id || !(await readBoolean(deps, 'commit.gpgSign'))) return [];
	return [
		'The commit is not signed, although commit.gpgSign is set. To sign it: git commit --amend --no-edit -S',
	];
}

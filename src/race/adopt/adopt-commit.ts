/** The commit of an adoption: HEAD with the adopted paths, whatever else is staged or changed. */
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { SeenPath } from '../../edits/look-at-paths.ts';
import { createCommit, moveBranch, stageEntries, unfinishedWork } from '../../git/commits/commit-paths.ts';
import type { IndexEntries, ScratchIndex } from '../../git/commits/scratch-index.ts';
import { listTreeEdits, parseRawEdits, type TreeEntry } from '../../git/commits/tree-edits.ts';
import { firstLineOf } from '../../git/git-output.ts';
import type { RaceRecord } from '../record/race-record.ts';
import type { AdoptConflict, AdoptDeps } from './adopt-deps.ts';

export interface PreparedCommit {
	/** null: HEAD holds these files already. */
	id: string | null;
	head: string;
	entries: IndexEntries;
	conflicts: AdoptConflict[];
}

/** RelayError `refused` off a branch, amid a merge, or without a name to commit under. */
export async function refuseUncommittable(deps: AdoptDeps): Promise<void> {
	const unfinished = unfinishedWork(deps.repo);
	if (unfinished !== null)
		throw new RelayError('refused', `${unfinished} is not finished here, so nothing is committed.`, {
			hint: 'Finish it first, or adopt without --commit.',
		});
	const branch = await deps.git.run(['symbolic-ref', '-q', 'HEAD'], {
		cwd: deps.repo.worktree,
		allowExit: [1],
	});
	if (branch.exitCode === 0) return;
	throw new RelayError('refused', 'No branch is checked out here, so a commit would be lost.', {
		hint: 'Make one with --branch NAME, or adopt without --commit.',
	});
}

/** Makes the commit object before any file is written; nothing refers to it yet. */
export async function prepareCommit(
	deps: AdoptDeps,
	index: ScratchIndex,
	options: { adopted: readonly SeenPath[]; merged: readonly SeenPath[]; fresh: string; message: string },
): Promise<PreparedCommit> {
	const { adopted, merged, fresh, message } = options;
	const { git, repo, env } = deps;
	const head = await revision(deps, 'HEAD');
	const mergedEntries = new Map<string, TreeEntry>();
	for (const { edit } of merged)
		mergedEntries.set(edit.path, {
			mode: edit.after?.mode ?? '100644',
			id: await index.storeFile(join(fresh, edit.path), edit.path),
		});
	const entries: IndexEntries = adopted.map(({ edit }) => [
		edit.path,
		mergedEntries.get(edit.path) ?? edit.after,
	]);
	const conflicts = await stagedConflicts(deps, adopted, new Map(entries));
	if (conflicts.length > 0) return { id: null, head, entries, conflicts };
	const changed = await notIn(deps, head, entries);
	const tree = await index.makeTree(head, changed);
	const isEmpty = tree === (await revision(deps, `${head}^{tree}`));
	const id = isEmpty ? null : await createCommit(git, repo.worktree, { tree, parent: head, message, env });
	return { id, head, entries, conflicts };
}

async function revision({ git, repo }: AdoptDeps, name: string): Promise<string> {
	return firstLineOf((await git.run(['rev-parse', '--verify', name], { cwd: repo.worktree })).stdout);
}

/** Removals of paths that HEAD does not have are left out: they would be no change. */
async function notIn(deps: AdoptDeps, head: string, entries: IndexEntries): Promise<IndexEntries> {
	const empty = await deps.git.run(['hash-object', '-t', 'tree', '--stdin'], {
		cwd: deps.repo.worktree,
		input: '',
	});
	const held = await listTreeEdits(deps.git, deps.repo.worktree, firstLineOf(empty.stdout), head);
	const paths = new Set(held.map(({ path }) => path));
	return entries.filter(([path, entry]) => entry !== null || paths.has(path));
}

/** Staged changes of adopted paths that are in none of the files: a commit would lose them. */
async function stagedConflicts(
	{ git, repo }: AdoptDeps,
	adopted: readonly SeenPath[],
	entries: ReadonlyMap<string, TreeEntry | null>,
): Promise<AdoptConflict[]> {
	const args = ['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames', 'HEAD', '--'];
	const { stdout } = await git.run(args, { cwd: repo.worktree });
	const byPath = new Map(adopted.map(({ edit }) => [edit.path, edit]));
	return parseRawEdits(stdout).flatMap(({ path, after }): AdoptConflict[] => {
		const edit = byPath.get(path);
		if (edit === undefined) return [];
		const known = [edit.before, edit.after, entries.get(path) ?? null];
		const isKnown = known.some((entry) => entry?.id === after?.id && entry?.mode === after?.mode);
		return isKnown ? [] : [{ path, kind: 'staged', why: 'another change of it is staged' }];
	});
}

/** Moves the branch and brings the paths into the index. Gives a line to say where the index could not be written. */
export async function finishCommit(
	{ git, repo }: AdoptDeps,
	{ id, head, entries }: PreparedCommit & { id: string },
	message: string,
): Promise<string | null> {
	const reason = `commit: ${safeLine(message, 80)}`;
	await moveBranch(git, repo.worktree, { from: head, to: id, reason });
	return stageAdopted({ git, repo }, entries, id);
}

export async function stageAdopted(
	{ git, repo }: Pick<AdoptDeps, 'git' | 'repo'>,
	entries: IndexEntries,
	commit: string,
): Promise<string | null> {
	try {
		await stageEntries(git, repo.worktree, entries, commit.length);
		return null;
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return `The commit is made, but the index could not be written (${error.message}); git reset -- PATH for each adopted file brings it in line.`;
	}
}

const SUBJECT_CHARS = 72;

export function commitMessage({ id, task }: RaceRecord, entrant: string): string {
	const subject = safeLine(task.split('\n').find((line) => line.trim() !== '') ?? 'A race', SUBJECT_CHARS);
	return `${subject}\n\nBy ${entrant}, adopted from agent-relay race ${id}.\n`;
}

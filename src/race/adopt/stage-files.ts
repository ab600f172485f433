/** What an adoption would write: looks at each path, and stages the new contents, merged on request, next to the checkout. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from '../../core/files/folders.ts';
import type { EditPlace } from '../../edits/edit-journal.ts';
import { contentConflict, type EditOmission, isMergeable, type SeenPath } from '../../edits/look-at-paths.ts';
import { type MergeResult, mergeDiffering, sortByContent } from '../../edits/merge-contents.ts';
import { planEdits } from '../../edits/plan-edits.ts';
import { openScratchIndex, type ScratchIndex } from '../../git/commits/scratch-index.ts';
import type { TreeEdit } from '../../git/commits/tree-edits.ts';
import { firstLineOf } from '../../git/git-output.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import type { RaceRecord } from '../record/race-record.ts';
import type { AdoptDeps, AdoptOmission, AdoptResult, FilesMode } from './adopt-deps.ts';

export interface Adoption {
	record: RaceRecord;
	entrant: string;
	/** Holds the entrant's files. */
	commit: string;
	edits: readonly TreeEdit[];
	/** What it did in repos inside its worktree. */
	inside: readonly AdoptOmission[];
	notes: string[];
	session: OpenSession;
	deps: AdoptDeps;
}

/** Nothing is written to the checkout yet. */
export interface StagedFiles {
	status: 'staged';
	index: ScratchIndex;
	/** To be written; the new contents lie in the place. */
	replaced: SeenPath[];
	/** Stand as the entrant left them. */
	already: SeenPath[];
	merge: MergeResult;
	omitted: AdoptOmission[];
	/** Paths whose new content is a Git LFS pointer. */
	pointers: string[];
}

/** Looks at every path and stages what comes. What stops the adoption, or leaves nothing of it, comes as its result. */
export async function stageFiles(
	adoption: Adoption,
	mode: FilesMode,
	place: EditPlace,
): Promise<StagedFiles | Exclude<AdoptResult, { status: 'adopted' }>> {
	const { entrant, deps, notes } = adoption;
	const scratch = join(place.folder, 'scratch');
	ensureFolder(scratch);
	const index = openScratchIndex(deps.git, deps.repo, scratch);
	const plan = await planEdits(deps.repo.worktree, adoption.edits, {
		ignoresCase: await readBoolean(deps, 'core.ignorecase'),
		sort: (open) => sortByContent(open, index, deps),
	});
	const comes = [...plan.pending, ...(mode.merge ? plan.differing : [])];
	const staged = comes.flatMap(({ edit }) => (edit.after === null ? [] : [edit.path]));
	await index.checkout(adoption.commit, staged, place.fresh);
	const merge = mode.merge
		? await merged(adoption, plan.differing, { place, scratch, index })
		: { merged: [], marked: [], conflicts: plan.differing.map(contentConflict) };
	const conflicts = [...plan.conflicts, ...merge.conflicts];
	if (conflicts.length > 0) {
		const canMerge = plan.conflicts.length === 0 && plan.differing.every(isMergeable);
		return { status: 'conflicts', entrant, conflicts: byPath(conflicts), canMerge, notes };
	}
	const omitted = allOmitted(adoption, plan.omitted);
	const replaced = [...plan.pending, ...merge.merged];
	if (replaced.length + plan.already.length === 0 && omitted.length > 0)
		return { status: 'left_out', entrant, omitted, notes };
	const pointers = staged.filter((path) => isPointer(join(place.fresh, path)));
	return { status: 'staged', index, replaced, already: plan.already, merge, omitted, pointers };
}

/** What lies inside a submodule says more than that it is one. */
function allOmitted({ inside }: Adoption, omitted: readonly EditOmission[]): AdoptOmission[] {
	const named = new Set(inside.map(({ path }) => path));
	const others = omitted.filter(({ path }) => !named.has(path));
	return byPath([...others.map(({ path, kind }) => ({ path, why: WHY_OMITTED[kind] })), ...inside]);
}

const WHY_OMITTED: Readonly<Record<EditOmission['kind'], string>> = {
	submodule: 'a submodule: git keeps only which commit it is at',
	reserved: 'a name that is not adopted',
};

function merged(
	{ deps, record, entrant }: Adoption,
	differing: readonly SeenPath[],
	{ place, scratch, index }: { place: EditPlace; scratch: string; index: ScratchIndex },
): Promise<MergeResult> {
	return mergeDiffering(differing, {
		git: deps.git,
		index,
		base: record.base.commit,
		root: deps.repo.worktree,
		fresh: place.fresh,
		scratch,
		labels: { ours: 'main checkout', base: 'base', theirs: entrant },
	});
}

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: at most 1024 bytes, and begins so. */
function isPointer(path: string): boolean {
	const facts = lstatSync(path);
	if (!facts.isFile() || facts.size > 1024) return false;
	return readFileSync(path).toString('latin1').startsWith('version https://git-lfs.github.com/spec/');
}

export const byPath = <T extends { path: string }>(entries: readonly T[]): T[] =>
	[...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

/** A setting of the checkout's git; false where there is none. */
export async function readBoolean({ git, repo }: AdoptDeps, key: string): Promise<boolean> {
	const answer = await git.run(['config', '--type=bool', '--get', key], {
		cwd: repo.worktree,
		allowExit: [1, 128],
	});
	return firstLineOf(answer.stdout) === 'true';
}

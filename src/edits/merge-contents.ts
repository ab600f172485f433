/**
 * Compares and merges contents as git sees them: sorts open paths regardless of line endings and filters, and merges those that
 * differ. For edits whose contents are in the same repo.
 */
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, USUAL_FOLDER_MODE } from '../core/files/folders.ts';
import type { IndexEntries, ScratchIndex } from '../git/commits/scratch-index.ts';
import { mergeThreeWay } from '../git/commits/three-way.ts';
import type { TreeEntry } from '../git/commits/tree-edits.ts';
import { nulFields } from '../git/git-output.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { Git } from '../git/run-git.ts';
import { contentConflict, type EditConflict, isMergeable, type SeenPath } from './look-at-paths.ts';
import { type SortedPaths, sortPaths } from './sort-paths.ts';

/** Compares contents as git would store them: line endings that git would convert do not count. */
export async function sortByContent(
	open: readonly SeenPath[],
	index: ScratchIndex,
	{ git, repo }: { git: Git; repo: RepoFacts },
): Promise<SortedPaths> {
	const present = open.filter(({ kind }) => kind === 'file' || kind === 'link');
	const notAfter = await index.differing(entriesOf(present, 'after'));
	const notBefore = await index.differing(entriesOf(present, 'before'));
	const clean = await cleanPaths(git, repo, present);
	return sortPaths(open, (seen, side) => {
		const { path, [side]: entry } = seen.edit;
		const not = side === 'after' ? notAfter : notBefore;
		return entry !== null && (!not.has(path) || isEqual(clean.get(path), entry));
	});
}

function entriesOf(paths: readonly SeenPath[], side: 'before' | 'after'): IndexEntries {
	return paths.flatMap(({ edit }) => (edit[side] === null ? [] : [[edit.path, edit[side]] as const]));
}

const isEqual = (one: TreeEntry | undefined, other: TreeEntry) =>
	one !== undefined && one.id === other.id && one.mode === other.mode;

/**
 * Entries of the repo's own index whose files git knows to be unchanged since it wrote them. This settles files made by a filter
 * program (Git LFS), which cannot be judged by their bytes.
 */
async function cleanPaths(
	git: Git,
	repo: RepoFacts,
	paths: readonly SeenPath[],
): Promise<Map<string, TreeEntry>> {
	if (paths.length === 0) return new Map();
	const run = (args: readonly string[]) =>
		git.run(args, { cwd: repo.worktree, env: { GIT_LITERAL_PATHSPECS: '1' } });
	const [listed, dirty] = await Promise.all([
		run(['ls-files', '-z', '-s', '-v']),
		run(['diff-files', '-z', '--name-only', '--ignore-submodules=all']),
	]);
	const wanted = new Set(paths.map(({ edit }) => edit.path));
	for (const path of nulFields(dirty.stdout)) wanted.delete(path);
	return new Map(
		nulFields(listed.stdout).flatMap((line): Array<[string, TreeEntry]> => {
			// `H`: an ordinary entry; others are assumed unchanged, left out of a sparse checkout, or unmerged.
			const [, mode = '', id = '', path = ''] = /^H (\d+) ([0-9a-f]+) 0\t([\s\S]*)$/.exec(line) ?? [];
			return wanted.has(path) ? [[path, { mode, id }]] : [];
		}),
	);
}

export interface MergeResult {
	/** The paths whose merged content is under `fresh`. */
	merged: SeenPath[];
	/** Those of `merged` that have conflict markers left. */
	marked: string[];
	conflicts: EditConflict[];
}

/**
 * Merges what differs, three-way, into `fresh` (which holds the new contents of these paths). Anything that is not text, or exists
 * on one side only, stays a conflict.
 */
export async function mergeDiffering(
	differing: readonly SeenPath[],
	options: {
		git: Git;
		index: ScratchIndex;
		/** The tree with the contents before the edits, by any name that git accepts. */
		base: string;
		/** The absolute folder of the paths. */
		root: string;
		fresh: string;
		/** A folder for the contents of `base`, and for copies. */
		scratch: string;
		/** Labels in the conflict markers; `theirs`: who made the edits. */
		labels: { ours: string; base: string; theirs: string };
	},
): Promise<MergeResult> {
	const { git, index, base, root, fresh, scratch, labels } = options;
	const result: MergeResult = { merged: [], marked: [], conflicts: [] };
	const mergeable = differing.filter(isMergeable);
	for (const seen of differing) if (!isMergeable(seen)) result.conflicts.push(contentConflict(seen));
	const bases = join(scratch, 'base');
	ensureFolder(bases, USUAL_FOLDER_MODE);
	const inBase = mergeable.filter(({ edit }) => edit.before !== null).map(({ edit }) => edit.path);
	await index.checkout(base, inBase, bases);
	for (const seen of mergeable) {
		const { path } = seen.edit;
		const theirs = join(fresh, path);
		const ours = join(scratch, 'ours');
		// Merge a copy, so that the content is from one moment.
		cpSync(join(root, path), ours);
		const left = await mergeThreeWay(git, root, {
			ours,
			base: baseFile(join(bases, path), scratch),
			theirs,
			labels,
			target: theirs,
		});
		if (left === 'binary') {
			result.conflicts.push({ path, kind: 'binary', why: 'changed here, and not text that could be merged' });
			continue;
		}
		result.merged.push(seen);
		if (left > 0) result.marked.push(path);
	}
	return result;
}

function baseFile(path: string, scratch: string): string {
	if (existsSync(path)) return path;
	const empty = join(scratch, 'empty');
	writeFileSync(empty, '');
	return empty;
}

/** Which of the open paths hold what the base holds, which hold the entrant's result already, and what merging makes of the rest. */
import { chmodSync, cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, USUAL_FOLDER_MODE } from '../core/files.ts';
import type { RepoFacts } from '../git/contract.ts';
import { nulFields } from '../git/git-output.ts';
import type { Git } from '../git/run-git.ts';
import type { IndexEntries, ScratchIndex } from '../git/scratch-index.ts';
import { mergeThreeWay } from '../git/three-way.ts';
import { EXECUTABLE_MODE, type TreeEntry } from '../git/tree-edits.ts';
import { type AdoptConflict, contentConflict, isMergeable, type SeenPath } from './adopt-paths.ts';

export interface SortedPaths {
	/** Stand as the entrant left them. */
	already: SeenPath[];
	/** Stand as in the base: to be replaced. */
	pending: SeenPath[];
	/** Neither. */
	differing: SeenPath[];
}

/** Contents are compared as git would store them: line endings that git would convert do not count. */
export async function sortByContent(
	open: readonly SeenPath[],
	index: ScratchIndex,
	{ git, repo }: { git: Git; repo: RepoFacts },
): Promise<SortedPaths> {
	const present = open.filter(({ kind }) => kind === 'file' || kind === 'link');
	const notAfter = await index.differing(entriesOf(present, 'after'));
	const notBefore = await index.differing(entriesOf(present, 'before'));
	const clean = await cleanPaths(git, repo, present);
	const stands = (seen: SeenPath, side: 'before' | 'after', not: ReadonlySet<string>): boolean => {
		const entry = seen.edit[side];
		if (seen.kind === 'absent') return entry === null;
		// Its files are taken away by the adoption itself: the path is as good as free.
		if (seen.kind === 'folder') return side === 'before' && entry === null;
		if (seen.kind === 'other' || entry === null) return false;
		return !not.has(seen.edit.path) || isEqual(clean.get(seen.edit.path), entry);
	};
	const sorted: SortedPaths = { already: [], pending: [], differing: [] };
	for (const seen of open) {
		if (stands(seen, 'after', notAfter)) sorted.already.push(seen);
		else if (stands(seen, 'before', notBefore)) sorted.pending.push(seen);
		else sorted.differing.push(seen);
	}
	return sorted;
}

function entriesOf(paths: readonly SeenPath[], side: 'before' | 'after'): IndexEntries {
	return paths.flatMap(({ edit }) => (edit[side] === null ? [] : [[edit.path, edit[side]] as const]));
}

const isEqual = (one: TreeEntry | undefined, other: TreeEntry) =>
	one !== undefined && one.id === other.id && one.mode === other.mode;

/**
 * Entries of the repo's own index whose files git knows to be untouched since it wrote them. It settles what a filter program
 * (Git LFS) made of a file, which cannot be judged by its bytes.
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
	/** With the merged content under `fresh`. */
	merged: SeenPath[];
	/** Of these, the paths in which conflict markers are left. */
	marked: string[];
	conflicts: AdoptConflict[];
}

/**
 * Merges what differs, three-way, into `fresh` (which holds the entrant's contents of these paths); `scratch` gets the base's.
 * What is no text, or is there on one side only, stays a conflict.
 */
export async function mergeDiffering(
	differing: readonly SeenPath[],
	options: {
		git: Git;
		index: ScratchIndex;
		base: string;
		root: string;
		fresh: string;
		scratch: string;
		entrant: string;
	},
): Promise<MergeResult> {
	const { git, index, base, root, fresh, scratch, entrant } = options;
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
		// A copy: what is merged is what was there at one moment.
		cpSync(join(root, path), ours);
		const left = await mergeThreeWay(git, root, {
			ours,
			base: baseFile(join(bases, path), scratch),
			theirs,
			labels: { ours: 'main checkout', base: 'base', theirs: entrant },
			target: theirs,
		});
		if (left === 'binary') {
			result.conflicts.push({ path, kind: 'binary', why: 'changed here, and no text that could be merged' });
			continue;
		}
		chmodSync(theirs, mergedMode(seen));
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

/** The file's own permissions, with the right to execute as the entrant changed it. */
export function mergedMode({ edit, permissions }: SeenPath): number {
	const isProgram = edit.after?.mode === EXECUTABLE_MODE;
	const own = permissions ?? (isProgram ? 0o755 : 0o644);
	if (edit.before !== null && edit.before.mode === edit.after?.mode) return own;
	return isProgram ? own | ((own & 0o444) >> 2) : own & ~0o111;
}

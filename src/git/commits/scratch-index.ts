/**
 * Answers questions about trees with an index of our own, in a scratch folder: what git would write for some paths, which files
 * match a tree, and new trees. The repo's index is never written here, and filter programs never run: their bytes pass as they are
 * (an LFS pointer stays a pointer).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { firstLineOf, nulFields, nulInput } from '../git-output.ts';
import { createRepoGit } from '../repo/repo-git.ts';
import type { RepoFacts } from '../repo-facts.ts';
import type { Git, GitResult, GitRunOptions } from '../run-git.ts';
import { explainUnwritten } from './explain-unwritten.ts';
import type { TreeEntry } from './tree-edits.ts';

/** Paths with their new entries; null removes a path. */
export type IndexEntries = ReadonlyArray<readonly [path: string, entry: TreeEntry | null]>;

export interface ScratchIndex {
	/**
	 * Writes `paths` of `tree` below `target` (an existing, empty folder) as a checkout would: line endings and encodings as
	 * that tree's own `.gitattributes` say. Throws `disk_full`.
	 */
	checkout(tree: string, paths: readonly string[], target: string): Promise<void>;
	/** The paths of `entries` whose files in the worktree do not match the entry. */
	differing(entries: IndexEntries): Promise<Set<string>>;
	/** The tree of `base` with `entries` in place. */
	makeTree(base: string, entries: IndexEntries): Promise<string>;
	/** Stores a file from disk as git would store it under `path`. */
	storeFile(file: string, path: string): Promise<string>;
}

export function openScratchIndex(git: Git, facts: RepoFacts, scratch: string): ScratchIndex {
	const repo = createRepoGit(git, facts);
	const index = join(scratch, 'index');
	const run = (args: readonly string[], options: Partial<GitRunOptions> = {}): Promise<GitResult> =>
		repo.at(repo.here, ['-c', 'core.splitIndex=false', ...args], {
			...options,
			env: { GIT_INDEX_FILE: index, ...options.env },
		});
	const fill = async (tree: string | null, entries: IndexEntries) => {
		rmSync(index, { force: true });
		await run(tree === null ? ['read-tree', '--empty'] : ['read-tree', tree]);
		const input = indexInfo(entries, tree?.length);
		if (input !== '') await run(['update-index', '--replace', '-z', '--index-info'], { input });
	};
	return {
		checkout: async (tree, paths, target) => {
			if (paths.length === 0) return;
			await fill(tree, []);
			// With an empty work tree the attributes come from the index, that is, from the tree itself.
			try {
				await run(['checkout-index', '-f', '-q', '-z', '--stdin'], {
					cwd: target,
					env: { GIT_WORK_TREE: target },
					input: nulInput(paths),
				});
			} catch (error) {
				throw await explainUnwritten(error, repo, { tree, folder: target });
			}
		},
		differing: async (entries) => {
			await fill(null, entries);
			await run(['update-index', '-q', '--refresh'], { allowExit: [1] });
			return new Set(nulFields((await run(['diff-files', '-z', '--name-only'])).stdout));
		},
		makeTree: async (tree, entries) => {
			await fill(tree, entries);
			return firstLineOf((await run(['write-tree'])).stdout);
		},
		storeFile: async (file, path) =>
			firstLineOf((await run(['hash-object', '-w', `--path=${path}`, '--', file])).stdout),
	};
}

/**
 * The input of `git update-index -z --index-info`. Removed paths come first: a file may replace a folder. A mode of 0 removes the
 * path. `idLength`: the length of the repo's object ids.
 */
export function indexInfo(entries: IndexEntries, idLength = 40): string {
	const gone = entries.filter(([, entry]) => entry === null);
	const there = entries.filter(([, entry]) => entry !== null);
	return [...gone, ...there]
		.map(([path, entry]) =>
			entry === null ? `0 ${'0'.repeat(idLength)}\t${path}\0` : `${entry.mode} ${entry.id}\t${path}\0`,
		)
		.join('');
}

/**
 * Finds what would be lost with a worktree if only some commits and the repo's other refs stay: asked before anything is removed.
 * Nothing is written, neither in the repo nor in the worktree.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularText } from '../../core/files/read-file.ts';
import { firstLineOf, isObjectId, nulFields } from '../git-output.ts';
import { readFolderContents } from '../repo/nested-repos.ts';
import { findNestedWork, findWorkInRecord } from '../repo/nested-work.ts';
import type { Place, RepoGit } from '../repo/repo-git.ts';
import { objectsIn, writeWorktreeTree } from './worktree-tree.ts';
import type { WorktreeLosses } from './worktree-types.ts';

/** Implements `Worktrees.losses`. `scratch` is an empty folder. */
export async function readLosses(
	git: RepoGit,
	place: Place,
	{ kept, base, scratch }: { kept: readonly [string, ...string[]]; base: string; scratch: string },
): Promise<WorktreeLosses> {
	if (!lstatSync(place.worktree, { throwIfNoEntry: false })) return lossesOfRecord(git, place, kept, base);
	const { files, nested } = readFolderContents(place.worktree);
	// A worktree's own `.git` is a file; a folder there is a repo that someone made in its place.
	const isRepo = lstatSync(join(place.worktree, '.git'), { throwIfNoEntry: false })?.isDirectory();
	const repos = isRepo ? ['.', ...nested] : nested;
	const env = objectsIn(scratch, git.repo);
	const { tree, skipped } = await writeWorktreeTree(git, place, { commit: kept[0], scratch, env });
	const [changed, commits, dropped, ignored, inFolder, inRecord] = await Promise.all([
		changedSince(git, kept, tree, env),
		countCommits(git, place, kept, ['HEAD']),
		countCommits(git, place, [...kept, 'HEAD'], formerHeads(place)),
		readIgnored(git, place, scratch),
		findNestedWork(git, place, { base, now: kept[0], nested: repos }),
		findWorkInRecord(git, place, base),
	]);
	const listed = new Set(inFolder.map(({ path }) => path));
	const unreadable = skipped.filter((path) => !nested.includes(path));
	return {
		files,
		changed,
		commits,
		droppedCommits: dropped,
		nested: [...inFolder, ...inRecord.filter(({ path }) => !listed.has(path))],
		unreadable,
		ignored,
	};
}

/** The folder is gone: only the commits of its HEAD can still be lost, which git keeps as long as the record. */
async function lossesOfRecord(
	git: RepoGit,
	place: Place,
	kept: readonly string[],
	base: string,
): Promise<WorktreeLosses> {
	const somewhere = { ...place, worktree: git.here.worktree };
	const commits = await countCommits(git, somewhere, kept, ['HEAD']);
	const droppedCommits = await countCommits(git, somewhere, [...kept, 'HEAD'], formerHeads(place));
	const nested = await findWorkInRecord(git, place, base);
	const nothing = { files: 0, changed: [], nested, unreadable: [], ignored: { count: 0, top: [] } };
	return { ...nothing, commits, droppedCommits };
}

/** Paths that differ from the last of `kept`; none when the tree equals any of them. */
async function changedSince(
	git: RepoGit,
	kept: readonly string[],
	tree: string,
	env: Readonly<Record<string, string>>,
): Promise<string[]> {
	const trees = await git.inRepo(['rev-parse', ...kept.map((commit) => `${commit}^{tree}`)]);
	if (trees.stdout.toString('latin1').split('\n').includes(tree)) return [];
	const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', kept.at(-1) ?? tree, tree, '--'];
	return nulFields((await git.inRepo(args, { env })).stdout);
}

/** Commits of `tips` that none of `kept` and no branch, tag or remote branch has; 0 without a HEAD. */
async function countCommits(
	git: RepoGit,
	place: Place,
	kept: readonly string[],
	tips: readonly string[],
): Promise<number> {
	if (!place.isKnown || tips.length === 0) return 0;
	const excluded = ['--not', ...kept, '--branches', '--tags', '--remotes'];
	const answer = await git.at(place, ['rev-list', '--ignore-missing', '--count', ...tips, ...excluded], {
		allowExit: [128],
	});
	return Number.parseInt(firstLineOf(answer.stdout), 10) || 0;
}

/** Former commits of the worktree's HEAD; git forgets them with the worktree. */
function formerHeads({ gitDir }: Place): string[] {
	const lines = (readRegularText(join(gitDir, 'logs', 'HEAD')) ?? '').split('\n');
	const ids = lines.map((line) => line.split(' ', 2)[1] ?? '');
	return [...new Set(ids)].filter((id) => isObjectId(id) && !/^0+$/.test(id));
}

/** How many top folders are named. */
const TOP_FOLDERS = 5;

async function readIgnored(git: RepoGit, place: Place, scratch: string): Promise<WorktreeLosses['ignored']> {
	const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '-z'];
	const { stdout } = await git.at(place, args, { env: { GIT_INDEX_FILE: join(scratch, 'index') } });
	const paths = nulFields(stdout);
	const counts = new Map<string, number>();
	for (const path of paths) {
		const top = path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path;
		counts.set(top, (counts.get(top) ?? 0) + 1);
	}
	const top = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, TOP_FOLDERS);
	return { count: paths.length, top: top.map(([path, count]) => ({ path, count })) };
}

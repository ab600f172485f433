import { join } from 'node:path';
import { indexInfo } from '../commits/scratch-index.ts';
import { parseRawEdits } from '../commits/tree-edits.ts';
import { firstLineOf } from '../git-output.ts';
import type { Place, RepoGit } from '../repo/repo-git.ts';
import { writeWorktreeTree } from './worktree-tree.ts';
import type { CountedFrom, KeptTree } from './worktree-types.ts';

export interface KeepOptions {
	parents: readonly string[];
	message: string;
	counted?: CountedFrom | null;
	/** An empty folder. */
	scratch: string;
}

/** Implements `Worktrees.commitFiles`. */
export async function keepFiles(git: RepoGit, place: Place, options: KeepOptions): Promise<KeptTree> {
	const { parents, message, counted, scratch } = options;
	const written = await writeWorktreeTree(git, place, { commit: parents[0] ?? 'HEAD', scratch });
	const { tree: all, skipped } = written;
	const tree = counted ? await countedTree(git, counted, { after: all, scratch }) : all;
	const commit = await commitTree(git, tree, parents, message);
	const whole = tree === all ? commit : await commitTree(git, all, [commit], message);
	const isUnchanged = parents[0] !== undefined && (await treeOf(git, parents[0])) === all;
	return { commit, tree, skipped, whole: { commit: whole, tree: all }, isUnchanged };
}

/** A tree in which paths unchanged from `before` to `after` are those of `base`, and all others are as in `after`. */
async function countedTree(
	git: RepoGit,
	{ before, base }: CountedFrom,
	{ after, scratch }: { after: string; scratch: string },
): Promise<string> {
	const diff = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', before, after, '--'];
	const edits = parseRawEdits((await git.inRepo(diff)).stdout);
	const env = { GIT_INDEX_FILE: join(scratch, 'counted') };
	await git.inRepo(['-c', 'core.splitIndex=false', 'read-tree', base], { env });
	const input = indexInfo(
		edits.map(({ path, after: entry }) => [path, entry] as const),
		after.length,
	);
	if (input !== '') await git.inRepo(['update-index', '--replace', '-z', '--index-info'], { env, input });
	return firstLineOf((await git.inRepo(['write-tree'], { env })).stdout);
}

async function treeOf(git: RepoGit, commit: string): Promise<string> {
	return firstLineOf((await git.inRepo(['rev-parse', `${commit}^{tree}`])).stdout);
}

async function commitTree(
	git: RepoGit,
	tree: string,
	parents: readonly string[],
	message: string,
): Promise<string> {
	const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
	const date = `@${await newestTime(git, parents)} +0000`;
	const made = await git.inRepo(['-c', 'i18n.commitEncoding=UTF-8', ...args], {
		env: { ...IDENTITY, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
		input: message,
	});
	return firstLineOf(made.stdout);
}

/** Nobody's own identity, so that the same files on the same parents give the same commit, whoever runs the relay. */
const IDENTITY = {
	GIT_AUTHOR_NAME: 'agent-relay',
	GIT_AUTHOR_EMAIL: 'agent-relay@localhost',
	GIT_COMMITTER_NAME: 'agent-relay',
	GIT_COMMITTER_EMAIL: 'agent-relay@localhost',
};

/** Epoch seconds. The time of the newest parent: fixed, and history stays in chronological order. */
async function newestTime(git: RepoGit, parents: readonly string[]): Promise<number> {
	if (parents.length === 0) return 0;
	const { stdout } = await git.inRepo(['rev-list', '--no-walk', '--timestamp', ...parents, '--']);
	const times = stdout
		.toString('latin1')
		.trim()
		.split('\n')
		.map((line) => Number.parseInt(line, 10));
	return Math.max(0, ...times);
}

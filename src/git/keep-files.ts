import { firstLineOf } from './git-output.ts';
import type { Place, RepoGit } from './repo-git.ts';
import type { KeptTree } from './worktree-contract.ts';
import { writeWorktreeTree } from './worktree-tree.ts';

/** See `Worktrees.commitFiles`. */
export async function keepFiles(
	git: RepoGit,
	place: Place,
	{ parents, message, scratch }: { parents: readonly string[]; message: string; scratch: string },
): Promise<KeptTree> {
	const { tree, skipped } = await writeWorktreeTree(git, place, { commit: parents[0] ?? 'HEAD', scratch });
	const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
	const date = `@${await newestTime(git, parents)} +0000`;
	const made = await git.inRepo(['-c', 'i18n.commitEncoding=UTF-8', ...args], {
		env: { ...IDENTITY, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
		input: message,
	});
	return { commit: firstLineOf(made.stdout), tree, skipped };
}

/** Nobody's own, so that the same files on the same parents are the same commit, whoever runs the relay. */
const IDENTITY = {
	GIT_AUTHOR_NAME: 'agent-relay',
	GIT_AUTHOR_EMAIL: 'agent-relay@localhost',
	GIT_COMMITTER_NAME: 'agent-relay',
	GIT_COMMITTER_EMAIL: 'agent-relay@localhost',
};

/** Epoch seconds. The time of the newest parent: fixed, and history stays in order of time. */
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

/**
 * Decides whether two folders hold the same repo. Runs only read-only commands of git; a question that git cannot answer is `null`,
 * never a guess.
 */
import { RelayError } from '../../core/errors.ts';
import type { RepoFacts } from '../repo-facts.ts';
import { type Git, ISOLATED } from '../run-git.ts';

/** A partial clone must not fetch a commit that it lacks. */
const QUIET = { ...ISOLATED, GIT_NO_LAZY_FETCH: '1' };
/** Walking back to the first commit of a very large history takes too long; the answer is then `null`. */
const WALK_TIMEOUT_MS = 10_000;

/** Whether the repo has this commit. */
export async function hasCommit(repo: RepoFacts, commit: string, git: Git): Promise<boolean | null> {
	if (!/^[0-9a-f]{40,64}$/.test(commit)) return null;
	const found = await ask(repo, ['cat-file', '-e', `${commit}^{commit}`], git);
	return found === null ? null : found.exitCode === 0;
}

/** The commits without parents behind HEAD; null when there are none, or they cannot be found in time. */
export async function firstCommits(repo: RepoFacts, git: Git): Promise<ReadonlySet<string> | null> {
	if (repo.kind === 'none' || repo.head === null) return null;
	const found = await ask(repo, ['rev-list', '--max-parents=0', 'HEAD'], git);
	if (found === null || found.exitCode !== 0) return null;
	const ids = found.stdout.toString('latin1').split('\n').filter(Boolean);
	return ids.length === 0 ? null : new Set(ids);
}

async function ask(repo: RepoFacts, args: readonly string[], git: Git) {
	if (repo.kind === 'none') return null;
	try {
		return await git.run(args, {
			cwd: repo.worktree,
			env: QUIET,
			allowExit: [1, 128],
			timeoutMs: WALK_TIMEOUT_MS,
		});
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

/** Makes commits without the worktree: exactly the given tree, by the user, without hooks or signatures. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { firstLineOf } from '../git-output.ts';
import type { RepoFacts } from '../repo-facts.ts';
import type { Git } from '../run-git.ts';
import { type IndexEntries, indexInfo } from './scratch-index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The user's environment, or configuration that it names, may say who commits and when; our other runs of git leave these variables
 * out. The settings on our own command line still take precedence over what they configure.
 */
const IDENTITY =
	/^GIT_(?:(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|(?:KEY|VALUE)_\d+))$/;

/**
 * The commit's id; author and committer are those that `git commit` would use in `folder`. Throws RelayError `refused` with git's
 * own message if git knows none.
 */
export async function createCommit(
	git: Git,
	folder: string,
	{ tree, parent, message, env }: { tree: string; parent: string; message: string; env: Env },
): Promise<string> {
	const identity = Object.fromEntries(
		Object.entries(env).filter(
			(entry): entry is [string, string] => entry[1] !== undefined && IDENTITY.test(entry[0]),
		),
	);
	try {
		const made = await git.run(['-c', 'i18n.commitEncoding=UTF-8', 'commit-tree', tree, '-p', parent], {
			cwd: folder,
			env: identity,
			input: message,
		});
		return firstLineOf(made.stdout);
	} catch (error) {
		const said = error instanceof RelayError ? String(error.cause) : '';
		const [reason] =
			/^fatal: .*(?:ident|auto-detect|date format|no (?:name|email) was given).*$/im.exec(said) ?? [];
		if (reason === undefined) throw error;
		if (/date format/i.test(reason))
			throw new RelayError('refused', `git cannot date the commit: ${safeLine(reason, 300)}`, {
				cause: error,
			});
		const what = 'git does not know your name or email, so nothing can be committed';
		throw new RelayError('refused', `${what}: ${safeLine(reason, 300)}`, {
			hint: 'Set them: git config --global user.name "…" and git config --global user.email "…"',
			cause: error,
		});
	}
}

/** Moves the current branch from `from` to `to`. RelayError `refused` if it has moved meanwhile. */
export async function moveBranch(
	git: Git,
	folder: string,
	{ from, to, reason }: { from: string; to: string; reason: string },
): Promise<void> {
	try {
		await git.run(['update-ref', '-m', reason, 'HEAD', to, from], { cwd: folder });
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
		throw new RelayError('refused', `The branch could not be moved: ${error.message}`, {
			hint: 'Another git may be at work here; try again.',
			cause: error,
		});
	}
}

/** RelayError `refused` for a name that git does not allow, or one that is taken. */
export async function createBranch(
	git: Git,
	folder: string,
	{ name, commit }: { name: string; commit: string },
): Promise<void> {
	await refuseBranchName(git, folder, name);
	const none = '0'.repeat(commit.length);
	try {
		await git.run(
			['update-ref', '-m', 'branch: created by agent-relay', `refs/heads/${name}`, commit, none],
			{
				cwd: folder,
			},
		);
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
		throw new RelayError('refused', `The branch ${name} cannot be created: ${error.message}`, {
			cause: error,
		});
	}
}

/** Checks the name before anything else is done. Throws as `createBranch`. */
export async function refuseBranchName(git: Git, folder: string, name: string): Promise<void> {
	const ref = `refs/heads/${name}`;
	const isOdd = name.startsWith('-') || name === 'HEAD';
	const check = await git.run(['check-ref-format', ref], { cwd: folder, allowExit: [1] });
	if (isOdd || check.exitCode !== 0)
		throw new RelayError('refused', `${JSON.stringify(name)} cannot be the name of a branch.`);
	const found = await git.run(['show-ref', '--verify', '-q', ref], { cwd: folder, allowExit: [1, 128] });
	if (found.exitCode === 0)
		throw new RelayError('refused', `A branch ${name} already exists.`, { hint: 'Choose another name.' });
}

/**
 * Stages only `entries` in the repo's own index; whatever else is staged stays. `idLength`: the length of the repo's object ids.
 */
export async function stageEntries(
	git: Git,
	folder: string,
	entries: IndexEntries,
	idLength: number,
): Promise<void> {
	const input = indexInfo(entries, idLength);
	if (input === '') return;
	await git.run(['update-index', '--replace', '-z', '--index-info'], { cwd: folder, input });
}

const UNFINISHED = [
	['MERGE_HEAD', 'a merge'],
	['rebase-merge', 'a rebase'],
	['rebase-apply', 'a rebase'],
	['CHERRY_PICK_HEAD', 'a cherry-pick'],
	['REVERT_HEAD', 'a revert'],
] as const;

/** `a merge`, `a rebase`, … that is unfinished in this worktree; null when none is. */
export function unfinishedWork({ gitDir }: RepoFacts): string | null {
	if (gitDir === null) return null;
	return UNFINISHED.find(([name]) => existsSync(join(gitDir, name)))?.[1] ?? null;
}

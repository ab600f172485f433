/** Commits made without the worktree: exactly the tree given, by the user, with no hook and no signature. */
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
 * Who commits, and when, may stand in the user's environment, or in configuration that it names; our runs of git otherwise
 * leave these out. The settings on our own command line still outrank what they configure.
 */
const IDENTITY =
	/^GIT_(?:(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|(?:KEY|VALUE)_\d+))$/;

/**
 * The commit's id; author and committer are those that `git commit` would use in `folder`. RelayError `refused`, with git's
 * own words, where it knows none.
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

/** Moves the current branch from `from` to `to`. RelayError `refused` when it is elsewhere by now. */
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
		throw new RelayError('refused', `The branch ${name} cannot be made: ${error.message}`, { cause: error });
	}
}

/** Before anything else is done. Throws as `createBranch`. */
export async function refuseBranchName(git: Git, folder: string, name: string): Promise<void> {
	const ref = `refs/heads/${name}`;
	const isOdd = name.startsWith('-') || name === 'HEAD';
	const check = await git.run(['check-ref-format', ref], { cwd: folder, allowExit: [1] });
	if (isOdd || check.exitCode !== 0)
		throw new RelayError('refused', `${JSON.stringify(name)} cannot be the name of a branch.`);
	const found = await git.run(['show-ref', '--verify', '-q', ref], { cwd: folder, allowExit: [1, 128] });
	if (found.exitCode === 0)
		throw new RelayError('refused', `There is a branch ${name} already.`, { hint: 'Choose another name.' });
}

/** Brings `entries` alone into the repo's own index; what else is staged stays. `idLength`: of the repo's object ids. */
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

/** `a merge`, `a rebase`, … that waits to be finished in this worktree; null when none does. */
export function unfinishedWork({ gitDir }: RepoFacts): string | null {
	if (gitDir === null) return null;
	return UNFINISHED.find(([name]) => existsSync(join(gitDir, name)))?.[1] ?? null;
}

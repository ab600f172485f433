import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import type { RealPath } from '../../core/files/real-path.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { RepoFacts } from '../repo-facts.ts';
import type { Git } from '../run-git.ts';
import { readPlainRepo } from './plain-repo.ts';
import { startFolder } from './start-folder.ts';

/**
 * Finds the repo that `folder` (must exist) belongs to. An ordinary repo is read from its files (0.2 ms); git is asked about
 * everything else (linked worktrees, submodules, bare repos, foreign owners, reftables). Throws `refused` for a repo that git does
 * not trust because of its owner, `unreadable_file` when the folder does not exist or is not a folder.
 */
export async function findRepo(
	folder: string,
	git: Git,
	realPath: RealPath = realpathSync,
): Promise<RepoFacts> {
	const { path: here, facts: own } = realFolder(folder, realPath);
	const plain = readPlainRepo(here, own);
	if (plain === 'none') return outside(here);
	const facts = plain === 'ask' ? await askGit(here, git) : plain;
	return { ...facts, folder: startFolder(here, facts) };
}

type Facts = Omit<RepoFacts, 'folder'>;

function outside(folder: string): RepoFacts {
	return {
		kind: 'none',
		root: folder,
		worktree: folder,
		folder,
		commonDir: null,
		gitDir: null,
		branch: null,
		head: null,
	};
}

function realFolder(folder: string, realPath: RealPath): { path: string; facts: Stats } {
	try {
		const path = realPath(folder);
		const facts = statSync(path);
		if (facts.isDirectory()) return { path, facts };
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) throw error;
		throw new RelayError('unreadable_file', `cannot open the folder ${folder}`, { cause: error });
	}
	throw new RelayError('unreadable_file', `${folder} is not a folder`);
}

async function askGit(folder: string, git: Git): Promise<Facts> {
	// In a bare repo or a git dir the last question fails, after the others have been answered.
	const { answers, stderr } = await askAll(QUESTIONS, folder, git);
	const [bare, gitDirText, commonText, top] = answers;
	if (!gitDirText || !commonText) return explainRefusal(folder, stderr);
	const gitDir = realpathSync(gitDirText);
	const commonDir = realpathSync(resolve(folder, commonText));
	const [head, main] = await Promise.all([
		headOf(folder, git),
		bare === 'true'
			? commonDir
			: top && gitDir === commonDir
				? realpathSync(top)
				: mainWorktree(folder, commonDir, git),
	]);
	const place = { root: main, commonDir, gitDir, ...head };
	if (bare === 'true') return { kind: 'bare', ...place, worktree: folder };
	return { kind: 'worktree', ...place, worktree: top ? realpathSync(top) : main };
}

const QUESTIONS = ['--is-bare-repository', '--absolute-git-dir', '--git-common-dir', '--show-toplevel'];

/** Asks in one process if each answer is one line; a path with a line break in it is asked for alone. */
async function askAll(
	questions: readonly string[],
	folder: string,
	git: Git,
): Promise<{ answers: string[]; stderr: string }> {
	const ask = (...asked: string[]) => git.run(['rev-parse', ...asked], { cwd: folder, allowExit: [128] });
	const { stdout, stderr } = await ask(...questions);
	const answers = textOf(stdout).split('\n');
	if (answers.length <= questions.length) return { answers, stderr };
	const alone = await Promise.all(questions.map((question) => ask(question)));
	return { answers: alone.map((answer) => textOf(answer.stdout)), stderr };
}

/**
 * The first entry of `git worktree list`; the common dir itself when that is bare. In a linked worktree of a submodule git names
 * the submodule's git dir, so the configured work tree is read instead.
 */
async function mainWorktree(folder: string, commonDir: string, git: Git): Promise<string> {
	const list = await git.run(['worktree', 'list', '--porcelain'], { cwd: folder });
	const first = /^worktree (.*?)\n(?:(bare)|HEAD [0-9a-f]+)\n/s.exec(list.stdout.toString('utf8'));
	if (first?.[2] === 'bare') return commonDir;
	const path = first?.[1] ?? '';
	if (lstatSync(join(path, '.git'), { throwIfNoEntry: false })) return realpathSync(path);
	const configured = await git.run(['config', '--file', join(commonDir, 'config'), 'core.worktree'], {
		cwd: folder,
		allowExit: [1],
	});
	const worktree = textOf(configured.stdout);
	return worktree ? realpathSync(resolve(commonDir, worktree)) : realpathSync(dirname(commonDir));
}

async function headOf(folder: string, git: Git): Promise<Pick<RepoFacts, 'branch' | 'head'>> {
	const [branch, head] = await Promise.all([
		git.run(['symbolic-ref', '-q', '--short', 'HEAD'], { cwd: folder, allowExit: [1, 128] }),
		git.run(['rev-parse', '--verify', '-q', 'HEAD'], { cwd: folder, allowExit: [1, 128] }),
	]);
	return { branch: textOf(branch.stdout) || null, head: textOf(head.stdout) || null };
}

function explainRefusal(folder: string, stderr: string): Facts {
	if (/not a git repository/i.test(stderr)) return outside(folder);
	if (/dubious ownership|unsafe repository/i.test(stderr)) {
		const advice = /git config --global --add safe\.directory .*/.exec(stderr)?.[0];
		throw new RelayError(
			'refused',
			`the git repo around ${folder} belongs to another user, so git refuses it`,
			{
				hint: `if you trust it: ${advice ?? `git config --global --add safe.directory ${quoteForShell(folder)}`}`,
			},
		);
	}
	throw new RelayError('git_failed', `git cannot read the repo around ${folder}: ${stderr.split('\n')[0]}`);
}

/** The text without its final line break. */
const textOf = (stdout: Buffer) => stdout.toString('utf8').replace(/\n$/, '');

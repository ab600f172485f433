import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { hasErrno, RelayError } from '../core/errors.ts';
import type { RepoFacts } from './contract.ts';
import { readPlainRepo } from './plain-repo.ts';
import type { Git } from './run-git.ts';

/**
 * What `folder` (must exist) belongs to. An ordinary repo is read from its files (0.2 ms); everything else (linked
 * worktrees, submodules, bare repos, foreign owners, reftables) is asked of git. Throws `refused` for a repo that git
 * does not trust because of its owner, `unreadable_file` when the folder is not there.
 */
export async function findRepo(folder: string, git: Git): Promise<RepoFacts> {
	const here = realFolder(folder);
	const plain = readPlainRepo(here);
	if (plain === 'none') return { ...outside(here) };
	return plain === 'ask' ? askGit(here, git) : plain;
}

function outside(folder: string): RepoFacts {
	return {
		kind: 'none',
		root: folder,
		worktree: folder,
		commonDir: null,
		gitDir: null,
		branch: null,
		head: null,
	};
}

function realFolder(folder: string): string {
	try {
		return realpathSync(folder);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) throw error;
		throw new RelayError('unreadable_file', `cannot open the folder ${folder}`, { cause: error });
	}
}

async function askGit(folder: string, git: Git): Promise<RepoFacts> {
	const answer = await git.run(
		['rev-parse', '--is-bare-repository', '--is-inside-work-tree', '--absolute-git-dir', '--git-common-dir'],
		{ cwd: folder, allowExit: [128] },
	);
	if (answer.exitCode === 128) return explainRefusal(folder, answer.stderr);
	const [bare, inWorkTree, gitDirText = '', commonText = ''] = lines(answer.stdout);
	const gitDir = realpathSync(gitDirText);
	const commonDir = realpathSync(isAbsolute(commonText) ? commonText : resolve(folder, commonText));
	const head = headOf(folder, git);
	if (inWorkTree !== 'true') {
		const root = bare === 'true' ? commonDir : await mainWorktree(folder, commonDir, git);
		const kind = bare === 'true' ? 'bare' : 'worktree';
		return { kind, root, worktree: kind === 'bare' ? folder : root, commonDir, gitDir, ...(await head) };
	}
	const top = await git.run(['rev-parse', '--show-toplevel'], { cwd: folder });
	const worktree = realpathSync(lines(top.stdout)[0] ?? folder);
	const root = gitDir === commonDir ? worktree : await mainWorktree(folder, commonDir, git);
	return { kind: 'worktree', root, worktree, commonDir, gitDir, ...(await head) };
}

/**
 * The first of `git worktree list`; the common dir itself when that is bare. In a linked worktree of a submodule git names
 * the submodule's git dir, so the configured work tree is asked for.
 */
async function mainWorktree(folder: string, commonDir: string, git: Git): Promise<string> {
	const list = await git.run(['worktree', 'list', '--porcelain'], { cwd: folder });
	const [first = '', , third] = lines(list.stdout);
	const path = first.replace(/^worktree /, '');
	if (lines(list.stdout)[1] === 'bare' || third === 'bare') return commonDir;
	if (lstatSync(join(path, '.git'), { throwIfNoEntry: false })) return realpathSync(path);
	const configured = await git.run(['config', '--file', join(commonDir, 'config'), 'core.worktree'], {
		cwd: folder,
		allowExit: [1],
	});
	const [worktree] = lines(configured.stdout);
	return worktree ? realpathSync(resolve(commonDir, worktree)) : realpathSync(dirname(commonDir));
}

async function headOf(folder: string, git: Git): Promise<Pick<RepoFacts, 'branch' | 'head'>> {
	const [branch, head] = await Promise.all([
		git.run(['symbolic-ref', '-q', '--short', 'HEAD'], { cwd: folder, allowExit: [1, 128] }),
		git.run(['rev-parse', '--verify', '-q', 'HEAD'], { cwd: folder, allowExit: [1, 128] }),
	]);
	return { branch: lines(branch.stdout)[0] || null, head: lines(head.stdout)[0] || null };
}

function explainRefusal(folder: string, stderr: string): RepoFacts {
	if (/not a git repository/i.test(stderr)) return outside(folder);
	if (/dubious ownership|unsafe repository/i.test(stderr)) {
		const advice = /git config --global --add safe\.directory .*/.exec(stderr)?.[0];
		throw new RelayError(
			'refused',
			`the git repo around ${folder} belongs to another user, so git refuses it`,
			{
				hint: `if you trust it: ${advice ?? `git config --global --add safe.directory ${JSON.stringify(folder)}`}`,
			},
		);
	}
	throw new RelayError('git_failed', `git cannot read the repo around ${folder}: ${stderr.split('\n')[0]}`);
}

const lines = (stdout: Buffer) => stdout.toString('utf8').split('\n');

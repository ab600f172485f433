import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { isInGit, type RepoInGit } from '../git/repo-facts.ts';
import type { App } from './create-app.ts';

type Sources = Pick<App, 'repo' | 'git'>;

/** Enough for 100,000 names. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 20_000;
const MAX_DEPTH = 8;
const TIMEOUT_MS = 10_000;

/**
 * Files below `folder`, relative to it: what git tracks or would track; outside git those that are not hidden, and nothing of
 * `node_modules`. Rejects when git fails.
 */
export async function listFiles(app: Sources, folder: string): Promise<string[]> {
	const repo = await app.repo();
	return isInGit(repo) ? listed(app, repo, folder) : walk(folder);
}

async function listed(app: Sources, repo: RepoInGit, folder: string): Promise<string[]> {
	const { commonDir, gitDir, worktree } = repo;
	const git = await app.git();
	const common: Record<string, string> = gitDir === commonDir ? {} : { GIT_COMMON_DIR: commonDir };
	const { stdout } = await git.run(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
		cwd: folder,
		env: { GIT_DIR: gitDir, GIT_WORK_TREE: worktree, ...common },
		maxBytes: MAX_BYTES,
		timeoutMs: TIMEOUT_MS,
	});
	// What follows the last NUL is empty, or was cut.
	return [...new Set(stdout.toString('utf8').split('\0').slice(0, -1))];
}

async function walk(root: string): Promise<string[]> {
	const files: string[] = [];
	let folders = [root];
	for (let depth = 0; depth < MAX_DEPTH && folders.length > 0; depth++) {
		const deeper: string[] = [];
		for (const folder of folders) {
			for (const entry of await entriesOf(folder)) {
				if (files.length >= MAX_FILES) return files;
				const path = join(folder, entry.name);
				if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
				if (entry.isDirectory()) deeper.push(path);
				else files.push(relative(root, path));
			}
		}
		folders = deeper;
	}
	return files;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
	try {
		const entries = await readdir(folder, { withFileTypes: true });
		return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return [];
		throw error;
	}
}

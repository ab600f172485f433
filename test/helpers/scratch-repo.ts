import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { runProcess } from '../../src/core/processes/run-process.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { createGit, type Git } from '../../src/git/run-git.ts';
import type { UserProcesses } from '../../src/git/snapshots/snapshot-users.ts';
import { createSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { beginRepo, FIRST_AUTHOR } from './begin-repo.ts';

/** For a snapshot: what a test says of files holds on a busy machine too. */
export const SNAPSHOT_MS = 60_000;

/** A temporary folder with a home of its own, the relay's git, and a plain git to set scenes up. */
export interface Scratch {
	root: string;
	env: Record<string, string>;
	git: Git;
	/** Runs the real git in `folder`, with nothing of the machine's config. */
	sh(folder: string, ...args: string[]): string;
	write(path: string, content: string | Buffer): void;
	/** A new repo with one commit of `files`. */
	repo(name: string, files?: Record<string, string | Buffer>): string;
	snapshotsOf(
		folder: string,
		budgetMs?: number,
		processes?: UserProcesses,
		git?: Git,
	): Promise<ReturnType<typeof createSnapshots>>;
	remove(): void;
}

export function createScratch(): Scratch {
	const root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-git-')));
	const home = join(root, 'home');
	mkdirSync(home);
	const env = {
		PATH: process.env.PATH ?? '/usr/bin:/bin',
		HOME: home,
		XDG_CONFIG_HOME: join(home, '.config'),
		GIT_CONFIG_NOSYSTEM: '1',
		...FIRST_AUTHOR,
	};
	const executable = findGit(env.PATH);
	const git = createGit({ executable, env, runProcess });
	const sh = (folder: string, ...args: string[]) =>
		execFileSync(executable, ['-c', 'protocol.file.allow=always', '-C', folder, ...args], {
			env,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	const write = (path: string, content: string | Buffer) => {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
	};
	return {
		root,
		env,
		git,
		sh,
		write,
		repo: (name, files = { 'a.txt': 'one\n' }) => {
			const folder = join(root, name);
			mkdirSync(folder, { recursive: true });
			for (const [path, content] of Object.entries(files)) write(join(folder, path), content);
			beginRepo(folder, env);
			return folder;
		},
		snapshotsOf: async (folder, budgetMs = SNAPSHOT_MS, processes, takenWith = git) =>
			createSnapshots({
				repo: await findRepo(folder, git),
				git: takenWith,
				stateFolder: join(root, 'state', 'snapshots'),
				clock: systemClock,
				budgetMs,
				...(processes === undefined ? {} : { processes }),
			}),
		remove: () => rmSync(root, { recursive: true, force: true }),
	};
}

function findGit(searchPath: string): string {
	const paths = searchPath.split(delimiter).map((folder) => join(folder, 'git'));
	const found = paths.find((path) => existsSync(path));
	if (found === undefined) throw new Error('git is not installed');
	return found;
}

/** Names, kinds, times and bytes of everything below a folder, as one hash a path. */
export function fingerprint(folder: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
		const full = join(folder, path);
		const facts = lstatSync(full, { bigint: true });
		const bytes = facts.isFile() ? createHash('sha256').update(readFileSync(full)).digest('hex') : '';
		found[path] = `${facts.mode} ${facts.mtimeNs} ${bytes}`;
	}
	return found;
}

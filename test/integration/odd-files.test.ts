/** A pipe or a device in place of a file that git opens: our git says so instead of waiting for whoever writes to it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../src/core/errors.ts';
import { killRunning } from '../../src/core/processes/end-with-us.ts';
import { runProcess } from '../../src/core/processes/run-process.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { createGit } from '../../src/git/run-git.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;
let repo: string;

beforeEach(() => {
	scratch = createScratch();
	repo = scratch.repo('main', { 'a.txt': 'one\n', 'sub/b.txt': 'two\n' });
});
afterEach(() => scratch.remove());

function makePipe(path: string): string {
	const full = join(repo, path);
	mkdirSync(dirname(full), { recursive: true });
	rmSync(full, { force: true });
	execFileSync('mkfifo', [full]);
	return full;
}

const refusal = (path: string) => ({
	code: 'unreadable_file',
	message: `${path} is a pipe or a device, which git would wait for`,
});

/** Names of files in a git dir that some command or other of git opens. */
const IN_GIT_DIR = [
	'HEAD',
	'config',
	'index',
	'packed-refs',
	'shallow',
	'info/exclude',
	'info/attributes',
	'info/sparse-checkout',
	'logs/HEAD',
	'objects/info/alternates',
	'refs/heads/main',
	'refs/heads/a/b/c',
];

describe('git in a repo with a pipe in place of a file', () => {
	it.each(IN_GIT_DIR.map((name) => `.git/${name}`))('is not started: %s', async (path) => {
		const pipe = makePipe(path);
		await expect(scratch.git.run(['status'], { cwd: repo })).rejects.toMatchObject(refusal(pipe));
		const at = { GIT_DIR: join(repo, '.git'), GIT_WORK_TREE: repo };
		await expect(scratch.git.run(['add', '-A'], { cwd: repo, env: at })).rejects.toMatchObject(refusal(pipe));
	});

	it.each(['.gitignore', '.gitattributes'])('is not started: %s of the top folder', async (path) => {
		const pipe = makePipe(path);
		await expect(scratch.git.run(['status'], { cwd: repo })).rejects.toMatchObject(refusal(pipe));
	});

	it.each(['.git/HEAD', '.git/commondir', '.git/info/exclude', '.gitignore'])(
		'is not started where a huge file stands there, which it would read each time: %s',
		async (path) => {
			const full = join(repo, path);
			mkdirSync(dirname(full), { recursive: true });
			rmSync(full, { force: true });
			writeFileSync(full, '');
			truncateSync(full, 3 * 2 ** 30);
			const message = `${full} has 3221225472 bytes, which git would read at each run`;
			await expect(scratch.git.run(['status'], { cwd: repo })).rejects.toMatchObject({ message });
		},
	);

	it.each(['include.path', 'core.excludesFile', 'core.attributesFile'])(
		'is not started where its config names one: %s',
		async (key) => {
			const pipe = makePipe('named');
			scratch.sh(repo, 'config', key, pipe);
			await expect(scratch.git.run(['status'], { cwd: repo })).rejects.toMatchObject(refusal(pipe));
		},
	);

	it.each(['sub/.gitignore', 'sub/.gitattributes', 'nest/.git/HEAD'])(
		'is ended once it waits, and not started again: %s',
		async (path) => {
			if (path.startsWith('nest')) scratch.sh(repo, 'init', '-q', 'nest');
			scratch.write(join(repo, 'sub/new.txt'), 'new\n');
			const pipe = makePipe(path);
			let started = 0;
			const counting: typeof runProcess = (program, args, options) => {
				if (args.includes('add')) started++;
				return runProcess(program, args, options);
			};
			const git = createGit({ executable: '/usr/bin/git', env: scratch.env, runProcess: counting });
			for (let run = 0; run < 2; run++)
				await expect(git.run(['add', '-A'], { cwd: repo })).rejects.toMatchObject(refusal(pipe));
			expect(started).toBe(1);
			rmSync(pipe);
			if (path.startsWith('nest')) scratch.write(pipe, 'ref: refs/heads/main\n');
			await git.run(['add', '-A', '--ignore-errors'], { cwd: repo, allowExit: [1] });
		},
	);

	it('follows links to see what stands there, and takes /dev/null for no file', async () => {
		rmSync(join(repo, '.git/info/exclude'), { force: true });
		symlinkSync('/dev/null', join(repo, '.git/info/exclude'));
		await scratch.git.run(['status'], { cwd: repo });
		const pipe = makePipe('pipe');
		rmSync(join(repo, '.git/info/exclude'));
		symlinkSync(pipe, join(repo, '.git/info/exclude'));
		const run = scratch.git.run(['status'], { cwd: repo });
		await expect(run).rejects.toMatchObject(refusal(join(repo, '.git/info/exclude')));
	});

	it('is not started in a linked worktree either, by its own files or the shared ones', async () => {
		const linked = join(scratch.root, 'linked');
		scratch.sh(repo, 'worktree', 'add', '-q', '--detach', linked);
		const own = makePipe('.git/worktrees/linked/HEAD');
		await expect(scratch.git.run(['status'], { cwd: linked })).rejects.toMatchObject(refusal(own));
		rmSync(own);
		const shared = makePipe('.git/info/exclude');
		await expect(scratch.git.run(['status'], { cwd: linked })).rejects.toMatchObject(refusal(shared));
	});

	it('costs a snapshot, with the reason, and no wait', async () => {
		const pipe = makePipe('sub/.gitignore');
		const snapshots = await scratch.snapshotsOf(repo);
		for (let turn = 0; turn < 2; turn++)
			expect(await snapshots.take()).toMatchObject({ tree: null, unavailable: refusal(pipe).message });
		rmSync(pipe);
		expect((await snapshots.take()).tree).not.toBeNull();
	});

	it('leaves the facts of a repo to be read where git does not need the file', async () => {
		makePipe('.git/info/exclude');
		makePipe('.git/packed-refs');
		expect(await findRepo(repo, scratch.git)).toMatchObject({ branch: 'main' });
		makePipe('.git/HEAD');
		await expect(findRepo(repo, scratch.git)).rejects.toMatchObject({ code: 'unreadable_file' });
	});
});

describe('looks at a repo that wait for something else', () => {
	it('can be ended at any moment', async () => {
		execFileSync('mkfifo', [join(scratch.root, 'input')]);
		const look = scratch.git.run(['config', '--file', join(scratch.root, 'input'), '--list'], { cwd: repo });
		const ended = look.catch((error: unknown) => error);
		for (let waited = 0; waited < 200; waited++) {
			killRunning();
			if ((await Promise.race([ended, sleep(50, 'waits')])) !== 'waits') break;
		}
		expect(await ended).toBeInstanceOf(RelayError);
	});
});

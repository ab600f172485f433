import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { createWorktrees } from '../../src/git/worktrees/worktrees.ts';
import { type CompiledSources, compileSources } from '../helpers/compiled-sources.ts';
import { until } from '../helpers/patience.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';
import { canMount, mountSmallDisk } from '../helpers/small-disk.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

const REASON = 'agent-relay race 01ARZ3NDEKTSV4RRFFQ69G5FAV claude';

async function worktreesOf(repo: string, scratchFolder = join(scratch.root, 'scratch')) {
	const { git } = scratch;
	return createWorktrees({ repo: await findRepo(repo, git), git, scratchFolder, clock: systemClock });
}

function manyFiles(count: number): Record<string, string> {
	return Object.fromEntries(
		Array.from({ length: count }, (_, i) => [`d${i % 20}/f${i}.txt`, `${i}\n`.repeat(50)]),
	);
}

/** Without the object store and times: what a user would see left behind. */
const gitFiles = (repo: string) =>
	readdirSync(join(repo, '.git'), { recursive: true, encoding: 'utf8' })
		.filter((path) => !path.startsWith('objects'))
		.sort();

describe('a relay that is killed while it adds or removes a worktree', () => {
	let sources: CompiledSources;
	beforeAll(() => {
		sources = compileSources(
			'git/worktrees/worktrees.ts',
			'git/repo/find-repo.ts',
			'git/run-git.ts',
			'core/processes/run-process.ts',
		);
	});
	afterAll(() => sources.remove());

	const SCRIPT = `
		import { createWorktrees } from 'src:git/worktrees/worktrees.js';
		import { findRepo } from 'src:git/repo/find-repo.js';
		import { createGit } from 'src:git/run-git.js';
		import { runProcess } from 'src:core/processes/run-process.js';
		const [repo, path, scratchFolder, reason, env, action] = process.argv.slice(1);
		const git = createGit({ executable: JSON.parse(env).GIT, env: JSON.parse(env), runProcess });
		const worktrees = createWorktrees({ repo: await findRepo(repo, git), git, scratchFolder, clock: { now: () => Date.now() } });
		console.log('begins');
		if (action === 'add') await worktrees.add({ path, commit: 'HEAD', reason });
		else await worktrees.remove({ path, reason });
		console.log('is done');
	`;

	/** Git that the relay had started goes on after it, in a process group of its own. */
	async function gitIsGone(mark: string): Promise<void> {
		const processes = createProcessTable();
		await until(() => processes.withEnvironment({ RELAY_TEST_MARK: mark }).length === 0, 'the end of git');
	}

	it.runIf(process.platform === 'linux').each([
		['add', 'relay'],
		['add', 'relay and git'],
		['remove', 'relay'],
	])('%s: whenever the %s dies, one removal leaves the repo as it was', async (action, victims) => {
		const repo = scratch.repo('r', manyFiles(600));
		const before = gitFiles(repo);
		const worktrees = await worktreesOf(repo);
		const path = join(scratch.root, 'data', 'claude');
		const git = execFileSync('/bin/sh', ['-c', 'command -v git'], {
			env: scratch.env,
			encoding: 'utf8',
		}).trim();
		let cut = 0;
		for (let round = 0; round < 14; round++) {
			const mark = `${process.pid}-${action}-${round}`;
			const env = JSON.stringify({ ...scratch.env, RELAY_TEST_MARK: mark, GIT: git });
			if (action === 'remove') await worktrees.add({ path, commit: 'HEAD', reason: REASON });
			const child = sources.start(SCRIPT, repo, path, join(scratch.root, 'scratch'), REASON, env, action);
			await child.said('begins');
			await systemClock.sleep(round * 8);
			child.kill('SIGKILL');
			if (victims === 'relay and git') {
				const processes = createProcessTable();
				for (const one of processes.withEnvironment({ RELAY_TEST_MARK: mark }))
					processes.signal(one, 'SIGKILL');
			}
			if (!(await child.ended).stdout.includes('is done')) cut++;
			await gitIsGone(mark);
			if (existsSync(path) && !existsSync(join(repo, '.git', 'worktrees', 'claude', 'gitdir')))
				rmSync(path, { recursive: true });
			await worktrees.remove({ path, reason: REASON });
			expect(gitFiles(repo), `after a kill at ${round * 8} ms`).toEqual(before);
			expect(existsSync(path)).toBe(false);
		}
		expect(cut).toBeGreaterThan(0);
	});
});

describe.skipIf(!canMount)('a data folder on a full disk', () => {
	let disk: string;
	beforeEach(() => {
		disk = join(scratch.root, 'disk');
		mkdirSync(disk);
		mountSmallDisk(disk, 1024);
	});
	afterEach(() => void execFileSync('umount', [disk]));

	it('takes no worktree, says so, and keeps nothing of it', async () => {
		const repo = scratch.repo('r', { 'big.bin': Buffer.alloc(3 * 1024 * 1024, 'x'), 'a.txt': 'a\n' });
		const before = gitFiles(repo);
		const worktrees = await worktreesOf(repo);
		const add = worktrees.add({ path: join(disk, 'race', 'claude'), commit: 'HEAD', reason: REASON });
		await expect(add).rejects.toMatchObject({ code: 'disk_full', hint: /free some space/ });
		expect(readdirSync(join(disk, 'race'))).toEqual([]);
		expect(gitFiles(repo)).toEqual(before);
	});

	it('keeps no half of a commit when the scratch folder is full, and keeps it all once there is room', async () => {
		const repo = scratch.repo('r', manyFiles(400));
		const worktrees = await worktreesOf(repo, join(disk, 'scratch'));
		const path = join(scratch.root, 'data', 'claude');
		await worktrees.add({ path, commit: 'HEAD', reason: REASON });
		writeFileSync(join(path, 'new.txt'), 'new\n');
		spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k'], { stdio: 'ignore' });
		const keep = () => worktrees.commitFiles(path, { parents: [], message: 'kept' });
		await expect(keep()).rejects.toMatchObject({ code: 'disk_full' });
		rmSync(join(disk, 'filler'));
		const { commit } = await keep();
		expect(scratch.sh(repo, 'show', `${commit}:new.txt`)).toBe('new\n');
		expect(readdirSync(join(disk, 'scratch'))).toEqual([]);
	});

	it('keeps its files where the repo itself has no room for them', async () => {
		const repo = join(disk, 'r');
		mkdirSync(repo);
		scratch.sh(repo, 'init', '-q', '-b', 'main');
		writeFileSync(join(repo, 'a.txt'), 'a\n');
		scratch.sh(repo, 'add', '-A');
		scratch.sh(repo, 'commit', '-q', '-m', 'first');
		const worktrees = await worktreesOf(repo);
		const path = join(scratch.root, 'data', 'claude');
		await worktrees.add({ path, commit: 'HEAD', reason: REASON });
		spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k'], { stdio: 'ignore' });
		writeFileSync(join(path, 'work.txt'), 'work\n'.repeat(2000));
		const parents = [await worktrees.resolveCommit('HEAD')];
		const keep = () => worktrees.commitFiles(path, { parents, message: 'kept' });
		await expect(keep()).rejects.toMatchObject({ code: 'disk_full' });
		rmSync(join(disk, 'filler'));
		const { commit } = await keep();
		await worktrees.setRef('refs/agent-relay/race/X/claude', commit);
		expect(scratch.sh(repo, 'show', `${commit}:work.txt`)).toBe('work\n'.repeat(2000));
	});
});

describe('a data folder that may not be written', () => {
	it.runIf(process.getuid?.() !== 0)('takes no worktree and says so', async () => {
		const repo = scratch.repo('r');
		const before = gitFiles(repo);
		const data = join(scratch.root, 'data');
		mkdirSync(data, { mode: 0o500 });
		const add = (await worktreesOf(repo)).add({ path: join(data, 'x', 'y'), commit: 'HEAD', reason: REASON });
		await expect(add).rejects.toMatchObject({ code: 'not_writable' });
		expect(gitFiles(repo)).toEqual(before);
		chmodSync(data, 0o700);
	});

	it.skipIf(!canMount)(
		'for its disk is read-only: takes no worktree, keeps no tree, and says so',
		async () => {
			const repo = scratch.repo('r');
			const before = gitFiles(repo);
			const data = join(scratch.root, 'data');
			mkdirSync(data);
			execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'none', data]);
			try {
				const worktrees = await worktreesOf(repo, join(data, 'scratch'));
				const add = worktrees.add({ path: join(data, 'x', 'y'), commit: 'HEAD', reason: REASON });
				await expect(add).rejects.toMatchObject({ code: 'not_writable', message: /read-only/ });
				await expect(worktrees.sharedParts()).rejects.toMatchObject({ code: 'not_writable' });
				expect(gitFiles(repo)).toEqual(before);
			} finally {
				execFileSync('umount', [data]);
			}
		},
	);
});

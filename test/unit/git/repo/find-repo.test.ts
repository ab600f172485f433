import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRepo } from '../../../../src/git/repo/find-repo.ts';
import { readPlainRepo } from '../../../../src/git/repo/plain-repo.ts';
import { createScratch, type Scratch } from '../../../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

const find = (folder: string) => findRepo(folder, scratch.git);
const head = (repo: string) => scratch.sh(repo, 'rev-parse', 'HEAD').trim();

describe('an ordinary repo', () => {
	it('is found from any folder inside, also through a link, without git being started', async () => {
		const repo = scratch.repo('r', { 'deep/er/a.txt': 'x\n' });
		symlinkSync(join(repo, 'deep'), join(scratch.root, 'link'));
		const facts = {
			kind: 'worktree',
			root: repo,
			worktree: repo,
			commonDir: join(repo, '.git'),
			gitDir: join(repo, '.git'),
			branch: 'main',
			head: head(repo),
		};
		const inside = join(repo, 'deep', 'er');
		expect(await find(repo)).toEqual({ ...facts, folder: repo });
		for (const folder of [inside, join(scratch.root, 'link', 'er'), `${repo}/deep/er/../er/`])
			expect(await find(folder)).toEqual({ ...facts, folder: inside });
		expect(readPlainRepo(join(repo, 'deep'))).toEqual(facts);
	});

	it('has its branch and commit wherever they are stored', async () => {
		const repo = scratch.repo('r');
		scratch.sh(repo, 'checkout', '-q', '-b', 'feature/a.b');
		scratch.sh(repo, 'pack-refs', '--all', '--prune');
		expect(await find(repo)).toMatchObject({ branch: 'feature/a.b', head: head(repo) });
		scratch.sh(repo, 'checkout', '-q', '--detach');
		expect(await find(repo)).toMatchObject({ branch: null, head: head(repo) });
		scratch.sh(repo, 'checkout', '-q', '--orphan', 'empty');
		expect(await find(repo)).toMatchObject({ branch: 'empty', head: null });
	});

	it('starts nothing in the folder of git itself, nor where a link of it leads to another repo', async () => {
		const repo = scratch.repo('r', { 'sub/a.txt': 'x\n' });
		const other = scratch.repo('other', { 'sub/a.txt': 'x\n' });
		expect(await find(join(repo, '.git', 'hooks'))).toMatchObject({ worktree: repo, folder: repo });
		symlinkSync(join(other, 'sub'), join(repo, 'out'));
		symlinkSync(join(repo, 'sub'), join(repo, 'in'));
		expect(await find(join(repo, 'out'))).toMatchObject({ worktree: other, folder: join(other, 'sub') });
		expect(await find(join(repo, 'in'))).toMatchObject({ worktree: repo, folder: join(repo, 'sub') });
	});

	it('is the nearest one', async () => {
		scratch.repo('outer');
		const inner = scratch.repo('outer/inner');
		expect((await find(inner)).root).toBe(inner);
	});
});

describe('what git itself is asked about', () => {
	it('a linked worktree shares the root of the main one', async () => {
		const repo = scratch.repo('r');
		const linked = join(scratch.root, 'linked');
		scratch.sh(repo, 'worktree', 'add', '-q', '-b', 'side', linked);
		mkdirSync(join(linked, 'sub'));
		expect(await find(join(linked, 'sub'))).toEqual({
			kind: 'worktree',
			root: repo,
			worktree: linked,
			folder: join(linked, 'sub'),
			commonDir: join(repo, '.git'),
			gitDir: join(repo, '.git', 'worktrees', 'linked'),
			branch: 'side',
			head: head(repo),
		});
	});

	it('a linked worktree, whatever the path of the main one holds', async () => {
		const repo = scratch.repo('a\nb');
		const linked = join(scratch.root, 'linked');
		scratch.sh(repo, 'worktree', 'add', '-q', '-b', 'side', linked);
		expect(await find(linked)).toMatchObject({
			root: repo,
			worktree: linked,
			gitDir: join(repo, '.git', 'worktrees', 'linked'),
			branch: 'side',
		});
		const within = join(linked, 'c\n/d');
		mkdirSync(within, { recursive: true });
		scratch.sh(within, 'init', '-q');
		scratch.sh(within, 'config', 'core.fsmonitor', 'x');
		expect(await find(within)).toMatchObject({ root: within, worktree: within });
	});

	it('a submodule is a repo of its own, and its linked worktree belongs to it', async () => {
		const repo = scratch.repo('r');
		const library = scratch.repo('library');
		scratch.sh(repo, 'submodule', 'add', '-q', library, 'lib');
		const submodule = join(repo, 'lib');
		expect(await find(submodule)).toMatchObject({
			kind: 'worktree',
			root: submodule,
			worktree: submodule,
			commonDir: join(repo, '.git', 'modules', 'lib'),
		});
		const linked = join(scratch.root, 'linked-lib');
		scratch.sh(submodule, 'worktree', 'add', '-q', '-b', 'side', linked);
		expect(await find(linked)).toMatchObject({ root: submodule, worktree: linked });
	});

	it('a bare repo, and a worktree linked to one', async () => {
		const repo = scratch.repo('r');
		const bare = join(scratch.root, 'bare.git');
		scratch.sh(scratch.root, 'clone', '-q', '--bare', repo, bare);
		expect(await find(bare)).toEqual({
			kind: 'bare',
			root: bare,
			worktree: bare,
			folder: bare,
			commonDir: bare,
			gitDir: bare,
			branch: 'main',
			head: head(repo),
		});
		const linked = join(scratch.root, 'linked');
		scratch.sh(bare, 'worktree', 'add', '-q', '-b', 'side', linked);
		expect(await find(linked)).toMatchObject({
			kind: 'worktree',
			root: bare,
			worktree: linked,
			commonDir: bare,
		});
	});

	it('the inside of .git belongs to its worktree', async () => {
		const repo = scratch.repo('r');
		expect(await find(join(repo, '.git', 'refs'))).toMatchObject({
			kind: 'worktree',
			root: repo,
			worktree: repo,
		});
	});

	it('a git dir elsewhere, and a config that moves the worktree', async () => {
		const folder = join(scratch.root, 'files');
		mkdirSync(folder);
		scratch.sh(folder, 'init', '-q', '-b', 'main', '--separate-git-dir', join(scratch.root, 'elsewhere.git'));
		expect(await find(folder)).toMatchObject({
			root: folder,
			worktree: folder,
			gitDir: join(scratch.root, 'elsewhere.git'),
			branch: 'main',
			head: null,
		});
		const repo = scratch.repo('r');
		scratch.sh(repo, 'config', 'core.worktree', folder);
		expect(readPlainRepo(repo)).toBe('ask');
	});

	it('a .git that is not a repo hides nothing', async () => {
		const repo = scratch.repo('r');
		mkdirSync(join(repo, 'fake', '.git'), { recursive: true });
		expect((await find(join(repo, 'fake'))).root).toBe(repo);
		writeFileSync(join(repo, '.git', 'config'), '[broken');
		await expect(find(repo)).rejects.toMatchObject({ code: 'git_failed' });
	});

	it.skipIf(process.getuid?.() !== 0)(
		'a repo of another user is refused with the advice of git, unless declared safe',
		async () => {
			const repo = scratch.repo('r');
			for (const path of [repo, join(repo, '.git'), join(repo, '.git', 'config')])
				chownSync(path, 65534, 65534);
			await expect(find(repo)).rejects.toMatchObject({
				code: 'refused',
				hint: expect.stringContaining(`safe.directory ${repo}`),
			});
			writeFileSync(join(scratch.root, 'home', '.gitconfig'), `[safe]\n\tdirectory = ${repo}\n`);
			expect(await find(repo)).toMatchObject({ kind: 'worktree', root: repo, branch: 'main' });
		},
	);
});

describe('a folder outside git', () => {
	it('is its own root', async () => {
		const folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-plain-')));
		try {
			expect(await find(folder)).toEqual({
				kind: 'none',
				root: folder,
				worktree: folder,
				folder,
				commonDir: null,
				gitDir: null,
				branch: null,
				head: null,
			});
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('that is not there is an error', async () => {
		await expect(find(join(scratch.root, 'missing'))).rejects.toMatchObject({ code: 'unreadable_file' });
	});
});

describe('a run of git', () => {
	it('is not steered by inherited variables, and fails with the first line of git', async () => {
		const repo = scratch.repo('r');
		const { createGit } = await import('../../../../src/git/run-git.ts');
		const { runProcess } = await import('../../../../src/core/processes/run-process.ts');
		const env = { ...scratch.env, GIT_DIR: '/nowhere', GIT_EXTERNAL_DIFF: '/bin/false', GIT_TRACE: '1' };
		const git = createGit({
			executable: scratch.sh(repo, '--exec-path').trim().concat('/git'),
			env,
			runProcess,
		});
		const result = await git.run(['rev-parse', 'HEAD'], { cwd: repo });
		expect(result.stdout.toString().trim()).toBe(head(repo));
		expect(result.stderr).toBe('');
		await expect(git.run(['rev-parse', 'nothing'], { cwd: repo })).rejects.toMatchObject({
			code: 'git_failed',
			message: expect.stringContaining("ambiguous argument 'nothing'"),
		});
	});
});

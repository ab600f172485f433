import { execFileSync } from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { sharedChanges } from '../../src/git/worktrees/shared-changes.ts';
import type { Worktrees } from '../../src/git/worktrees/worktree-types.ts';
import { createWorktrees } from '../../src/git/worktrees/worktrees.ts';
import { createScratch, fingerprint, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

const REASON = 'agent-relay race 01ARZ3NDEKTSV4RRFFQ69G5FAV claude';

async function worktreesOf(folder: string): Promise<Worktrees> {
	return createWorktrees({
		repo: await findRepo(folder, scratch.git),
		git: scratch.git,
		scratchFolder: join(scratch.root, 'scratch'),
		clock: { now: () => Date.now() },
	});
}

const placeFor = (name: string) => join(scratch.root, 'data', 'race', name);

/** A repo, its worktrees and one entrant's worktree at HEAD. */
async function entrantOf(repo: string, name = 'claude') {
	const worktrees = await worktreesOf(repo);
	const base = await worktrees.resolveCommit('HEAD');
	const path = placeFor(name);
	const { notes } = await worktrees.add({ path, commit: base, reason: REASON });
	const keep = () => worktrees.commitFiles(path, { parents: [base], message: 'kept' });
	return { worktrees, base, path, notes, keep };
}

/** What the real git would commit of everything in `worktree`, in an index of its own. */
function treeByGit(worktree: string): string {
	const env = { ...scratch.env, GIT_INDEX_FILE: join(scratch.root, 'oracle-index') };
	const git = (...args: string[]) =>
		execFileSync('git', ['-C', worktree, ...args], {
			env,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
	git('read-tree', 'HEAD');
	git('add', '-A');
	return git('write-tree').trim();
}

/** Without the object store, which worktrees share and only grows. */
const withoutObjects = (all: Record<string, string>) =>
	Object.fromEntries(Object.entries(all).filter(([path]) => !path.startsWith('objects/')));

const filesOf = (repo: string, commit: string) =>
	scratch.sh(repo, 'ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean);

describe('a worktree of a race', () => {
	it('stands detached at the commit, locked with its reason, with the files of the commit', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'one\n', 'sub/run.sh': '#!/bin/sh\n' });
		const { worktrees, base, path, notes } = await entrantOf(repo);
		expect(notes).toEqual([]);
		expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('one\n');
		expect(scratch.sh(path, 'status', '--porcelain')).toBe('');
		expect(await worktrees.list()).toEqual([
			{ path: repo, head: base, branch: 'refs/heads/main', lockReason: null, isPrunable: false },
			{ path, head: base, branch: null, lockReason: REASON, isPrunable: false },
		]);
	});

	it('leaves no trace in the git dir once it is removed and its ref dropped', async () => {
		const repo = scratch.repo('r');
		const before = withoutObjects(fingerprint(join(repo, '.git')));
		const { worktrees, path, keep } = await entrantOf(repo);
		writeFileSync(join(path, 'new.txt'), 'new\n');
		const ref = 'refs/agent-relay/race/01ARZ3NDEKTSV4RRFFQ69G5FAV/claude';
		await worktrees.setRef(ref, (await keep()).commit);
		expect([...(await worktrees.refs('refs/agent-relay/race/')).keys()]).toEqual([ref]);
		await worktrees.remove({ path, reason: REASON });
		await worktrees.dropRef(ref);
		await worktrees.dropRef(ref);
		const after = withoutObjects(fingerprint(join(repo, '.git')));
		expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
		expect(readdirSync(join(scratch.root, 'data', 'race'))).toEqual([]);
		expect(readdirSync(join(scratch.root, 'scratch'))).toEqual([]);
	});

	it('is refused where something stands already, and what stands there is left', async () => {
		const repo = scratch.repo('r');
		const worktrees = await worktreesOf(repo);
		scratch.write(join(placeFor('claude'), 'mine.txt'), 'mine');
		const add = worktrees.add({ path: placeFor('claude'), commit: 'HEAD', reason: REASON });
		await expect(add).rejects.toMatchObject({ code: 'refused' });
		expect(readFileSync(join(placeFor('claude'), 'mine.txt'), 'utf8')).toBe('mine');
	});

	it('leaves nothing of one whose commit does not exist', async () => {
		const repo = scratch.repo('r');
		const worktrees = await worktreesOf(repo);
		const add = worktrees.add({ path: placeFor('x'), commit: '0'.repeat(40), reason: REASON });
		await expect(add).rejects.toMatchObject({ code: 'git_failed' });
		expect(existsSync(placeFor('x'))).toBe(false);
		expect(existsSync(join(repo, '.git', 'worktrees'))).toBe(false);
	});

	it('can be one of twelve that are made at the same time, by two relays', async () => {
		const repo = scratch.repo('r');
		const relays = [await worktreesOf(repo), await worktreesOf(repo)];
		const names = Array.from({ length: 12 }, (_, i) => `agent-${i}`);
		const add = (name: string, i: number) =>
			relays[i % 2]?.add({ path: placeFor(name), commit: 'HEAD', reason: `${REASON}-${name}` });
		await Promise.all(names.map(add));
		expect((await relays[0]?.list())?.length).toBe(13);
		for (const name of names) expect(scratch.sh(placeFor(name), 'status', '--porcelain')).toBe('');
	});

	it('runs no hook and no filter of the repo, and says what is not filled in', async () => {
		const repo = scratch.repo('r', {
			'.gitattributes': '*.bin filter=lfs\n*.key filter=git-crypt\n*.eq filter=a=b\n',
			'a.bin': 'pointer\n',
			'b.bin': 'pointer\n',
			'c.key': 'sealed\n',
			'd.eq': 'plain\n',
		});
		const trap = join(scratch.root, 'trap');
		const fire = `touch ${trap}; cat`;
		for (const name of ['lfs', 'git-crypt', 'a=b']) {
			scratch.sh(repo, 'config', `filter.${name}.smudge`, fire);
			scratch.sh(repo, 'config', `filter.${name}.clean`, fire);
			scratch.sh(repo, 'config', `filter.${name}.required`, 'true');
		}
		const hook = join(repo, '.git', 'hooks', 'post-checkout');
		scratch.write(hook, `#!/bin/sh\ntouch ${trap}\n`);
		chmodSync(hook, 0o755);
		const { notes, path, worktrees, keep } = await entrantOf(repo);
		appendFileSync(join(path, 'a.bin'), 'more\n');
		appendFileSync(join(path, 'd.eq'), 'more\n');
		const { commit } = await keep();
		await worktrees.dirtyPaths(path, 10);
		expect(existsSync(trap)).toBe(false);
		expect(scratch.sh(repo, 'show', `${commit}:a.bin`)).toBe('pointer\nmore\n');
		expect(notes.sort()).toEqual([
			'1 file is as stored in git: the filter a=b did not run',
			'1 file is as stored in git: the filter git-crypt did not run',
			'2 files are LFS pointers; to fill in what is missing: --setup "git lfs pull"',
		]);
	});

	it('has empty submodules, says so, and keeps them in the commit', async () => {
		const library = scratch.repo('library');
		const repo = scratch.repo('r');
		scratch.sh(repo, 'submodule', '--quiet', 'add', library, 'lib');
		scratch.sh(repo, 'commit', '-q', '-m', 'library');
		const { path, notes, keep, base } = await entrantOf(repo);
		expect(notes.join()).toMatch(/1 submodule is empty; .*git submodule update --init/);
		expect(await keep()).toMatchObject({
			tree: scratch.sh(repo, 'rev-parse', `${base}^{tree}`).trim(),
			skipped: [],
		});

		scratch.sh(path, 'submodule', '--quiet', 'update', '--init');
		const inside = join(path, 'lib');
		scratch.write(join(inside, 'more.txt'), 'more\n');
		scratch.sh(inside, 'add', '-A');
		scratch.sh(inside, 'commit', '-q', '-m', 'more');
		const { commit } = await keep();
		const head = scratch.sh(inside, 'rev-parse', 'HEAD').trim();
		expect(scratch.sh(repo, 'rev-parse', `${commit}:lib`).trim()).toBe(head);
	});

	it('is found from a linked worktree, and from a submodule with its work tree elsewhere', async () => {
		const repo = scratch.repo('r');
		const linked = join(scratch.root, 'linked');
		scratch.sh(repo, 'worktree', 'add', '-q', '-b', 'topic', linked);
		scratch.write(join(linked, 'topic.txt'), 'x\n');
		scratch.sh(linked, 'add', '-A');
		scratch.sh(linked, 'commit', '-q', '-m', 'topic');
		const one = await entrantOf(linked);
		expect(filesOf(repo, one.base)).toContain('topic.txt');
		expect((await one.keep()).tree).toBe(treeByGit(linked));

		const outer = scratch.repo('outer');
		scratch.sh(outer, 'submodule', '--quiet', 'add', repo, 'inner');
		const two = await entrantOf(join(outer, 'inner'), 'codex');
		scratch.write(join(two.path, 'b.txt'), 'b\n');
		expect(filesOf(join(outer, 'inner'), (await two.keep()).commit)).toEqual(['a.txt', 'b.txt']);
		await two.worktrees.remove({ path: two.path, reason: REASON });
		expect(scratch.sh(join(outer, 'inner'), 'status', '--porcelain')).toBe('');
	});

	it('works with a SHA-256 repo, extensions.worktreeConfig and core.worktree', async () => {
		const repo = join(scratch.root, 'sha256');
		mkdirSync(repo);
		scratch.sh(repo, 'init', '-q', '-b', 'main', '--object-format=sha256');
		scratch.write(join(repo, 'a.txt'), 'a\n');
		scratch.sh(repo, 'add', '-A');
		scratch.sh(repo, 'commit', '-q', '-m', 'first');
		scratch.sh(repo, 'config', 'extensions.worktreeConfig', 'true');
		scratch.sh(repo, 'config', '--worktree', 'core.worktree', repo);
		const { path, keep } = await entrantOf(repo);
		scratch.write(join(path, 'b.txt'), 'b\n');
		const { commit } = await keep();
		expect(commit).toMatch(/^[0-9a-f]{64}$/);
		expect(filesOf(repo, commit)).toEqual(['a.txt', 'b.txt']);
	});

	it.each([
		['outside git', (root: string) => mkdirSync(join(root, 'r')), /not in a git repo/],
		['in a bare repo', (root: string) => scratch.sh(root, 'init', '-q', '--bare', 'r'), /is bare/],
		['without a commit', (root: string) => scratch.sh(root, 'init', '-q', 'r'), /no commit here yet/],
	])('is refused %s', async (_where, make, message) => {
		make(scratch.root);
		await expect(worktreesOf(join(scratch.root, 'r'))).rejects.toMatchObject({ code: 'refused', message });
	});

	it('is refused where the main worktree is bare', async () => {
		scratch.sh(scratch.root, 'clone', '-q', '--bare', scratch.repo('r'), 'bare');
		scratch.sh(join(scratch.root, 'bare'), 'worktree', 'add', '-q', join(scratch.root, 'linked'), 'main');
		await expect(worktreesOf(join(scratch.root, 'linked'))).rejects.toMatchObject({ code: 'refused' });
	});

	it('names its base by any name of a commit, and says when there is none', async () => {
		const repo = scratch.repo('r');
		scratch.sh(repo, 'tag', '-m', 'x', 'v1');
		const worktrees = await worktreesOf(repo);
		const head = scratch.sh(repo, 'rev-parse', 'HEAD').trim();
		for (const name of ['HEAD', 'main', 'v1', head.slice(0, 8)])
			expect(await worktrees.resolveCommit(name)).toBe(head);
		for (const name of ['nope', '', '--all', '-q', 'HEAD^{tree}', 'HEAD:a.txt'])
			await expect(worktrees.resolveCommit(name)).rejects.toMatchObject({ code: 'not_found' });
	});
});

describe('the commit of a worktree', () => {
	it('holds what git itself would commit: edits, new files, modes, links, hostile names', async () => {
		const names = [
			'tab\there',
			'new\nline',
			'quo"te',
			'back\\slash',
			'-rf',
			':(top)x',
			' lead',
			'ünï',
			'*',
			'__proto__',
		];
		const repo = scratch.repo('r', {
			'edit.txt': 'one\n',
			'gone.txt': 'x\n',
			'run.sh': 'x\n',
			'.gitattributes': '*.crlf text eol=crlf\n*.txt text\n',
			'line.crlf': 'a\nb\n',
			'.gitignore': 'ignored\n',
		});
		const { path, keep, base } = await entrantOf(repo);
		expect((await keep()).tree).toBe(scratch.sh(repo, 'rev-parse', `${base}^{tree}`).trim());
		for (const name of names) scratch.write(join(path, name), name);
		writeFileSync(join(path, 'edit.txt'), 'two\r\n');
		writeFileSync(join(path, 'line.crlf'), 'a\r\nc\r\n');
		writeFileSync(join(path, 'ignored'), 'secret');
		rmSync(join(path, 'gone.txt'));
		chmodSync(join(path, 'run.sh'), 0o755);
		symlinkSync('/etc/passwd', join(path, 'link'));
		const kept = await keep();
		expect(kept.skipped).toEqual([]);
		expect(kept.tree).toBe(treeByGit(path));
		expect(filesOf(repo, kept.commit).sort()).toEqual(
			[...names, 'edit.txt', 'run.sh', '.gitattributes', 'line.crlf', '.gitignore', 'link'].sort(),
		);
		expect(scratch.sh(repo, 'show', `${kept.commit}:line.crlf`)).toBe('a\nc\n');
	});

	it('is the same for the same files on the same parents, and touches no index, ref or file', async () => {
		const repo = scratch.repo('r');
		const { path, keep, worktrees, base } = await entrantOf(repo);
		scratch.write(join(path, 'b.txt'), 'b\n');
		scratch.sh(path, 'add', 'b.txt');
		scratch.write(join(path, 'c.txt'), 'c\n');
		const record = join(repo, '.git', 'worktrees', 'claude');
		const before = [fingerprint(record), fingerprint(path), scratch.sh(repo, 'for-each-ref')];
		const first = await keep();
		expect(await keep()).toEqual(first);
		expect([fingerprint(record), fingerprint(path), scratch.sh(repo, 'for-each-ref')]).toEqual(before);
		const other = await worktrees.commitFiles(path, { parents: [first.commit], message: 'kept' });
		expect(other.tree).toBe(first.tree);
		expect(other.commit).not.toBe(first.commit);
		expect(scratch.sh(repo, 'log', '--format=%an %p', first.commit, '-1').trim()).toBe(
			`agent-relay ${scratch.sh(repo, 'rev-parse', '--short', base).trim()}`,
		);
	});

	it('sees an edit of the same size right after the checkout', async () => {
		const { path, keep } = await entrantOf(scratch.repo('r', { 'a.txt': 'one\n' }));
		writeFileSync(join(path, 'a.txt'), 'two\n');
		expect((await keep()).tree).toBe(treeByGit(path));
	});

	it('sees files that are marked as unchanged, and keeps those a sparse checkout left out', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'a\n', 'b.txt': 'b\n', 'far/c.txt': 'c\n' });
		const { path, keep } = await entrantOf(repo);
		scratch.sh(path, 'update-index', '--assume-unchanged', 'a.txt');
		scratch.sh(path, 'update-index', '--skip-worktree', 'b.txt', 'far/c.txt');
		writeFileSync(join(path, 'a.txt'), 'changed a\n');
		writeFileSync(join(path, 'b.txt'), 'changed b\n');
		rmSync(join(path, 'far'), { recursive: true });
		const { commit } = await keep();
		expect(scratch.sh(repo, 'show', `${commit}:a.txt`)).toBe('changed a\n');
		expect(scratch.sh(repo, 'show', `${commit}:b.txt`)).toBe('changed b\n');
		expect(filesOf(repo, commit)).toContain('far/c.txt');
	});

	it('works with a split index, and with one that is damaged or gone', async () => {
		const { path, keep, worktrees } = await entrantOf(scratch.repo('r', { 'a.txt': 'a\n', 'b.txt': 'b\n' }));
		scratch.sh(path, 'update-index', '--split-index');
		scratch.write(join(path, 'c.txt'), 'c\n');
		const tree = treeByGit(path);
		expect((await keep()).tree).toBe(tree);
		const index = join((await worktrees.list())[0]?.path ?? '', '.git', 'worktrees', 'claude', 'index');
		writeFileSync(index, 'DIRC nonsense');
		expect((await keep()).tree).toBe(tree);
		rmSync(index);
		expect((await keep()).tree).toBe(tree);
	});

	it('leaves repos inside out and names them, with and without a commit', async () => {
		const repo = scratch.repo('r');
		const { path, keep } = await entrantOf(repo);
		scratch.sh(path, 'init', '-q', 'unborn');
		scratch.write(join(path, 'unborn', 'x.txt'), 'x\n');
		scratch.sh(path, 'init', '-q', 'born');
		scratch.sh(join(path, 'born'), 'commit', '-q', '--allow-empty', '-m', 'first');
		scratch.write(join(path, 'kept.txt'), 'x\n');
		const { commit, skipped } = await keep();
		expect(skipped).toEqual(['born', 'unborn']);
		expect(filesOf(repo, commit)).toEqual(['a.txt', 'kept.txt']);
	});

	it('is made of the worktree itself when the entrant removed or replaced its link to the repo', async () => {
		const repo = scratch.repo('r');
		const { path, keep } = await entrantOf(repo);
		scratch.sh(scratch.root, 'init', '-q');
		rmSync(join(path, '.git'));
		scratch.write(join(path, 'b.txt'), 'b\n');
		expect(filesOf(repo, (await keep()).commit)).toEqual(['a.txt', 'b.txt']);
		scratch.sh(path, 'init', '-q');
		expect(filesOf(repo, (await keep()).commit)).toEqual(['a.txt', 'b.txt']);
	});

	it('is refused where the worktree is gone or a link stands in its place', async () => {
		const { path, keep } = await entrantOf(scratch.repo('r'));
		renameSync(path, `${path}.away`);
		await expect(keep()).rejects.toMatchObject({ code: 'refused', message: /is gone/ });
		symlinkSync(`${path}.away`, path);
		await expect(keep()).rejects.toMatchObject({ code: 'refused', message: /symbolic link/ });
	});

	it('lists what is dirty: edits, deletions, untracked files, not ignored ones', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n' });
		const worktrees = await worktreesOf(repo);
		expect(await worktrees.dirtyPaths(repo, 10)).toEqual([]);
		writeFileSync(join(repo, 'a.txt'), 'changed\n');
		rmSync(join(repo, 'b.txt'));
		scratch.write(join(repo, 'new', 'x\ny'), '');
		scratch.write(join(repo, 'ignored'), '');
		expect((await worktrees.dirtyPaths(repo, 10)).sort()).toEqual(['a.txt', 'b.txt', 'new/x\ny']);
		expect(await worktrees.dirtyPaths(repo, 2)).toHaveLength(2);
	});
});

describe('the removal of a worktree', () => {
	it('is refused where the lock is not ours, and removes nothing', async () => {
		const repo = scratch.repo('r');
		const worktrees = await worktreesOf(repo);
		const path = join(scratch.root, 'mine');
		scratch.sh(repo, 'worktree', 'add', '-q', path);
		await expect(worktrees.remove({ path, reason: REASON })).rejects.toMatchObject({ code: 'refused' });
		scratch.sh(repo, 'worktree', 'lock', '--reason', 'my disk', path);
		await expect(worktrees.remove({ path, reason: REASON })).rejects.toMatchObject({ message: /my disk/ });
		const stranger = join(scratch.root, 'stranger');
		scratch.write(join(stranger, 'x'), '');
		await expect(worktrees.remove({ path: stranger, reason: REASON })).rejects.toMatchObject({
			code: 'refused',
		});
		expect(existsSync(join(path, 'a.txt')) && existsSync(join(stranger, 'x'))).toBe(true);
	});

	it('does not follow a link that took the place of the worktree', async () => {
		const { path, worktrees } = await entrantOf(scratch.repo('r'));
		renameSync(path, `${path}.away`);
		symlinkSync(`${path}.away`, path);
		await expect(worktrees.remove({ path, reason: REASON })).rejects.toMatchObject({ code: 'refused' });
		expect(existsSync(`${path}.away/a.txt`)).toBe(true);
	});

	it('takes one whose folder is gone, whose link is gone, and one with folders that may not be written', async () => {
		const repo = scratch.repo('r');
		const one = await entrantOf(repo, 'one');
		rmSync(one.path, { recursive: true });
		const two = await entrantOf(repo, 'two');
		rmSync(join(two.path, '.git'));
		mkdirSync(join(two.path, 'cache', 'inner'), { recursive: true });
		writeFileSync(join(two.path, 'cache', 'inner', 'x'), '');
		chmodSync(join(two.path, 'cache', 'inner'), 0o500);
		expect((await two.worktrees.list()).map(({ isPrunable }) => isPrunable)).toEqual([false, true, true]);
		for (const { path, worktrees } of [one, two]) {
			await worktrees.remove({ path, reason: REASON });
			await worktrees.remove({ path, reason: REASON });
		}
		expect(existsSync(two.path)).toBe(false);
		expect(existsSync(join(repo, '.git', 'worktrees'))).toBe(false);
	});

	it('goes on where an earlier one was cut short, at whatever step', async () => {
		const repo = scratch.repo('r');
		const record = join(repo, '.git', 'worktrees', 'claude');
		const steps: Array<(path: string) => void> = [
			(path) => renameSync(path, join(path, '..', '.removing-claude')),
			(path) => rmSync(path, { recursive: true }),
			() => rmSync(join(record, 'index')),
			() => rmSync(join(record, 'HEAD')),
			() => rmSync(join(record, 'gitdir')),
		];
		for (let count = 1; count <= steps.length; count++) {
			const { path, worktrees } = await entrantOf(repo);
			for (const step of steps.slice(0, count)) if (existsSync(path) || count > 1) runStep(step, path);
			await worktrees.remove({ path, reason: REASON });
			expect(existsSync(record)).toBe(false);
			expect(readdirSync(join(path, '..'))).toEqual([]);
		}
	});

	it('takes what git had begun before it wrote whose it is, and nothing that has a word in it', async () => {
		const repo = scratch.repo('r');
		const worktrees = await worktreesOf(repo);
		const home = join(repo, '.git', 'worktrees');
		const begin = (name: string, lock: string | null) => {
			mkdirSync(join(home, name), { recursive: true });
			if (lock !== null) writeFileSync(join(home, name, 'locked'), lock);
		};
		begin('claude', null);
		begin('claude1', '');
		await worktrees.remove({ path: placeFor('claude'), reason: REASON });
		expect(existsSync(home)).toBe(false);
		begin('claude', 'my disk\n');
		begin('claudia', '');
		await worktrees.remove({ path: placeFor('claude'), reason: REASON });
		expect(readdirSync(home)).toEqual(['claude', 'claudia']);
	});
});

function runStep(step: (path: string) => void, path: string): void {
	try {
		step(path);
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
	}
}

describe('the shared parts of a repo', () => {
	it('are the same before and after a race with its worktree and ref', async () => {
		const repo = scratch.repo('r');
		scratch.write(join(repo, 'dirty.txt'), 'dirty\n');
		const worktrees = await worktreesOf(repo);
		const gitDir = withoutObjects(fingerprint(join(repo, '.git')));
		const before = await worktrees.sharedParts();
		expect(withoutObjects(fingerprint(join(repo, '.git')))).toEqual(gitDir);
		const { path, keep } = await entrantOf(repo);
		scratch.write(join(path, 'b.txt'), 'b\n');
		await worktrees.setRef('refs/agent-relay/race/X/claude', (await keep()).commit);
		expect(sharedChanges(before, await worktrees.sharedParts())).toEqual([]);
	});

	it('are the same after a look at the status, a garbage collection and packed refs', async () => {
		const repo = scratch.repo('r');
		scratch.sh(repo, 'tag', 'v1');
		const worktrees = await worktreesOf(repo);
		const before = await worktrees.sharedParts();
		scratch.sh(repo, 'pack-refs', '--all');
		scratch.sh(repo, 'update-index', '--force-write-index');
		scratch.sh(repo, 'status');
		expect(sharedChanges(before, await worktrees.sharedParts())).toEqual([]);
	});

	it('name all that an entrant changed outside its worktree', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'a\n', 'b.txt': 'b\n' });
		scratch.sh(repo, 'branch', 'old');
		scratch.sh(repo, 'branch', 'moving');
		const { path, worktrees } = await entrantOf(repo);
		const before = await worktrees.sharedParts();
		scratch.write(join(path, 'c.txt'), 'c\n');
		scratch.sh(path, 'add', '-A');
		scratch.sh(path, 'stash');
		scratch.sh(path, 'commit', '-q', '--allow-empty', '-m', 'work');
		scratch.sh(path, 'branch', '-f', 'moving');
		scratch.sh(path, 'branch', '-D', 'old');
		scratch.sh(path, 'checkout', '-q', '-b', 'topic');
		scratch.sh(path, 'tag', 'v1');
		scratch.sh(path, 'config', 'user.name', 'Evil');
		scratch.write(join(repo, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\n');
		appendFileSync(join(repo, '.git', 'info', 'exclude'), '*\n');
		writeFileSync(join(repo, 'a.txt'), 'changed\n');
		scratch.sh(repo, 'add', 'a.txt');
		rmSync(join(repo, 'b.txt'));
		scratch.sh(repo, 'worktree', 'add', '-q', '--detach', join(scratch.root, 'stray'));
		const after = await worktrees.sharedParts();
		const first = scratch.sh(repo, 'rev-parse', '--short=10', 'main').trim();
		const work = scratch.sh(repo, 'rev-parse', '--short=10', 'topic').trim();
		expect(sharedChanges(before, after)).toEqual([
			`branch moving moved from ${first} to ${work}`,
			`branch old was deleted (it was at ${first})`,
			`branch topic was created at ${work}`,
			'the stash changed',
			`tag v1 was created at ${work}`,
			"the repo's git config changed",
			'git hook pre-commit was added',
			'the staged files of the main checkout changed',
			'info/exclude of the git dir changed',
			"the list of the repo's other worktrees changed",
			'files of the main checkout changed: a.txt, b.txt',
		]);
	});

	it('see a hook that became executable and a HEAD that moved', async () => {
		const repo = scratch.repo('r');
		const hook = join(repo, '.git', 'hooks', 'pre-push');
		scratch.write(hook, '#!/bin/sh\n');
		const worktrees = await worktreesOf(repo);
		const before = await worktrees.sharedParts();
		chmodSync(hook, 0o755);
		scratch.sh(repo, 'checkout', '-q', '-b', 'other');
		const first = scratch.sh(repo, 'rev-parse', '--short=10', 'HEAD').trim();
		expect(sharedChanges(before, await worktrees.sharedParts())).toEqual([
			'HEAD of the main checkout moved from main to other',
			`branch other was created at ${first}`,
			'git hook pre-push changed',
		]);
		expect(lstatSync(hook).mode & 0o100).toBe(0o100);
	});
});

import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readLog } from '../../../src/sessions/log/read-log.ts';
import { createUndoScene, type UndoScene } from '../../helpers/undo-scene.ts';

let scene: UndoScene;
afterEach(() => scene.remove());
const files = async (entries: Record<string, string | Buffer>) => {
	scene = await createUndoScene(entries);
};
const at = (path: string) => join(scene.repo, path);

/** A turn, its undo and its redo: each leaves everything as it was, or as the turn left it. */
async function comesBack(act: () => Promise<unknown>): Promise<void> {
	const before = scene.checkout();
	await act();
	const after = scene.checkout();
	expect(after).not.toEqual(before);
	expect(await scene.undo()).toMatchObject({ status: 'done', conflicts: [] });
	expect(scene.checkout()).toEqual(before);
	expect(await scene.redo()).toMatchObject({ status: 'done', conflicts: [] });
	expect(scene.checkout()).toEqual(after);
	await scene.undo();
	expect(scene.checkout()).toEqual(before);
}

describe('an undo and a redo give back byte for byte', () => {
	it('contents, programs, links, binary files, line ends, removals, new folders and a folder for a file', async () => {
		await files({
			'a.txt': 'one\n',
			'crlf.txt': 'one\r\ntwo\r\n',
			'bin.dat': Buffer.from([0, 1, 2, 255]),
			'only/file.txt': 'alone\n',
			'deep/er/x': 'x',
			was: 'a file',
			'room/x': 'x',
			'room/deep/y': 'y',
		});
		scene.work({ 'run.sh': { program: '#!/bin/sh\n' }, link: { link: 'a.txt' } });
		await comesBack(() =>
			scene.turn(() => {
				scene.work({
					'a.txt': 'two\n',
					'crlf.txt': 'one\ntwo\r\nthree\n',
					'bin.dat': Buffer.from([255, 0, 7]),
					only: null,
					'deep/er/x': null,
					was: null,
					'was/now': 'now',
					room: 'a file',
					'new/folder/here': 'new',
					link: { link: '../../outside' },
					dangling: { link: '/nowhere/at/all' },
				});
				chmodSync(at('run.sh'), 0o644);
			}),
		);
	});

	it('a renamed file, a name that changes only in case, and names that look like options or hold line breaks', async () => {
		await files({ 'old name.txt': 'x\n'.repeat(50), 'Readme.md': 'hello\n' });
		await comesBack(() =>
			scene.turn(() => {
				renameSync(at('old name.txt'), at('-n new.txt'));
				renameSync(at('Readme.md'), at('README.md'));
				writeFileSync(at('two\nlines "quoted" é'), 'x');
			}),
		);
	});

	it('the permissions that a file had when the undo removed it', async () => {
		await files({ 'a.txt': 'one\n' });
		await scene.turn(() => {
			writeFileSync(at('secret'), 'key\n', { mode: 0o600 });
		});
		await scene.undo();
		expect(existsSync(at('secret'))).toBe(false);
		await scene.redo();
		expect(statSync(at('secret')).mode & 0o777).toBe(0o600);
	});

	it('a folder that stood empty before the turn, and one that the turn left empty', async () => {
		await files({ 'was/full': 'x' });
		mkdirSync(at('stood'));
		// Folders keep their times to some milliseconds.
		await new Promise((resolve) => setTimeout(resolve, 60));
		await comesBack(() => scene.turn({ 'stood/file': 'new', 'made/here/file': 'new', 'was/full': null }));
		expect(existsSync(at('stood'))).toBe(true);
		expect(existsSync(at('made'))).toBe(false);
	});
});

describe('an undo never costs', () => {
	it('a tracked file that the turn deleted with rm, nor what lies untracked beside it', async () => {
		await files({ 'src/tracked.ts': 'code\n', 'src/other.ts': 'code\n' });
		scene.work({ 'src/untracked.log': 'my output\n' });
		await scene.turn({ 'src/tracked.ts': null });
		scene.work({ 'src/later.log': 'more output\n' });
		const before = scene.gitState();
		expect(await scene.undo()).toMatchObject({
			status: 'done',
			changes: [{ path: 'src/tracked.ts', change: 'restored' }],
		});
		expect(readFileSync(at('src/tracked.ts'), 'utf8')).toBe('code\n');
		expect(readFileSync(at('src/untracked.log'), 'utf8')).toBe('my output\n');
		expect(readFileSync(at('src/later.log'), 'utf8')).toBe('more output\n');
		expect(scene.gitState()).toBe(before);
	});

	it('uncommitted lines in a file that the turn also changed, from before it or since', async () => {
		await files({ 'a.txt': 'one\n' });
		scene.work({ 'a.txt': 'one\nmine, uncommitted\n' });
		await scene.turn({ 'a.txt': 'one\nmine, uncommitted\nits\n', 'b.txt': 'its\n' });
		scene.work({ 'a.txt': 'one\nmine, uncommitted\nits\nmine, later\n' });
		const stood = scene.checkout();
		expect(await scene.undo()).toMatchObject({
			status: 'conflicts',
			conflicts: [{ path: 'a.txt', kind: 'changed', why: 'changed since', canForce: true }],
		});
		expect(scene.checkout()).toEqual(stood);
		scene.work({ 'a.txt': 'one\nmine, uncommitted\nits\n' });
		expect(await scene.undo()).toMatchObject({ status: 'done' });
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('one\nmine, uncommitted\n');
		expect(existsSync(at('b.txt'))).toBe(false);
	});

	it('anything for a .gitignore that the turn changed: what it ignores now is still the turn’s', async () => {
		await files({ 'a.txt': 'one\n', '.gitignore': 'cache/\n' });
		scene.work({ 'cache/mine': 'ignored, mine\n' });
		await scene.turn({ '.gitignore': 'cache/\n', 'out/x': 'its\n', 'seen.log': 'its\n' });
		await scene.turn({ '.gitignore': 'cache/\nout/\n*.log\n' });
		scene.work({ 'out/mine': 'mine\n' });
		expect(await scene.undo({ kind: 'turn', turn: 1 })).toMatchObject({ status: 'done' });
		expect(existsSync(at('out/x'))).toBe(false);
		expect(existsSync(at('seen.log'))).toBe(false);
		expect(readFileSync(at('out/mine'), 'utf8')).toBe('mine\n');
		expect(readFileSync(at('cache/mine'), 'utf8')).toBe('ignored, mine\n');
		await scene.redo();
		expect(readFileSync(at('out/x'), 'utf8')).toBe('its\n');
	});

	it('another folder of a monorepo', async () => {
		await files({ 'packages/a/index.ts': 'a\n', 'packages/b/index.ts': 'b\n' });
		scene.work({ 'packages/b/index.ts': 'b, changed by me\n', 'packages/b/notes': 'mine\n' });
		await scene.turn({ 'packages/a/index.ts': 'a2\n', 'packages/a/new.ts': 'new\n' });
		scene.work({ 'packages/b/index.ts': 'b, changed again\n' });
		await scene.undo();
		expect(scene.checkout()).toMatchObject({
			'packages/a/index.ts': expect.stringMatching(/ a\n$/),
			'packages/b/index.ts': expect.stringMatching(/ b, changed again\n$/),
			'packages/b/notes': expect.stringMatching(/ mine\n$/),
		});
		expect(existsSync(at('packages/a/new.ts'))).toBe(false);
	});

	it('what a symbolic link leads to, inside the repo or out of it', async () => {
		await files({ 'a.txt': 'one\n', 'dir/x': 'x\n' });
		const outside = join(scene.scratch.root, 'outside');
		mkdirSync(outside);
		writeFileSync(join(outside, 'x'), 'not of the repo\n');
		await scene.turn({ 'a.txt': { link: join(outside, 'x') }, 'dir/x': 'x2\n' });
		// Somebody puts a link where the folder was.
		rmSync(at('dir'), { recursive: true });
		scene.work({ dir: { link: outside } });
		expect(await scene.undo()).toMatchObject({
			status: 'conflicts',
			conflicts: [{ path: 'dir/x', kind: 'link', canForce: false }],
		});
		expect(await scene.undo(undefined, { isPartial: true, isForced: true })).toMatchObject({
			status: 'done',
			left: ['dir/x'],
		});
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('one\n');
		expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('not of the repo\n');
	});

	it('a huge untracked folder, which it does not look into', async () => {
		await files({ 'a.txt': 'one\n' });
		scene.scratch.write(at('.gitignore'), 'huge/\n');
		mkdirSync(at('huge'));
		for (let i = 0; i < 2_000; i++) writeFileSync(at(`huge/${i}`), 'x');
		await scene.turn({ 'a.txt': 'two\n' });
		const facts = statSync(at('huge'));
		await scene.undo();
		expect(statSync(at('huge')).mtimeMs).toBe(facts.mtimeMs);
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('one\n');
	});
});

describe('an undo walks back as in an editor', () => {
	it('turn by turn, and a redo forward until a turn changes files', async () => {
		await files({ 'a.txt': '0' });
		for (const text of ['1', '2', '3']) await scene.turn({ 'a.txt': text });
		await scene.turn({}, { status: 'failed' });
		const content = () => readFileSync(at('a.txt'), 'utf8');
		const seen = [];
		for (let i = 0; i < 3; i++) {
			await scene.undo();
			seen.push(content());
		}
		expect(seen).toEqual(['2', '1', '0']);
		await expect(scene.undo()).rejects.toMatchObject({ code: 'not_found' });
		await scene.redo();
		await scene.redo();
		expect(content()).toBe('2');
		await scene.turn({ 'b.txt': 'new' });
		await expect(scene.redo()).rejects.toMatchObject({
			code: 'not_found',
			message: 'Turn 5 has changed files since the undo, so nothing can be redone.',
		});
		await scene.undo();
		expect(existsSync(at('b.txt'))).toBe(false);
		await scene.undo();
		expect(content()).toBe('1');
	});

	it('through a session that continues another', async () => {
		await files({ 'a.txt': '0' });
		await scene.turn({ 'a.txt': '1' });
		scene.begin(scene.session);
		await scene.turn({ 'a.txt': '2' });
		await scene.undo();
		await scene.undo();
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('0');
		await scene.redo();
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('1');
	});

	it('over a turn whose files somebody has put back already', async () => {
		await files({ 'a.txt': '0', 'b.txt': '0' });
		await scene.turn({ 'a.txt': '1' });
		await scene.turn({ 'b.txt': '1' });
		scene.scratch.sh(scene.repo, 'checkout', '-q', '--', 'b.txt');
		expect(await scene.undo()).toMatchObject({ status: 'done', turns: [{ turn: 1 }] });
	});

	it('with --turn that turn alone: paths that later turns changed are conflicts, which are named', async () => {
		await files({ 'a.txt': '0' });
		await scene.turn({ 'a.txt': '1', 'b.txt': '1' });
		await scene.turn({ 'a.txt': '2' });
		expect(await scene.undo({ kind: 'turn', turn: 1 })).toMatchObject({
			status: 'conflicts',
			conflicts: [{ path: 'a.txt', why: 'changed since; turn 2 changed it too' }],
			changes: [{ path: 'b.txt', change: 'removed' }],
		});
		const partly = await scene.undo({ kind: 'turn', turn: 1 }, { isPartial: true });
		expect(partly).toMatchObject({ status: 'done', left: ['a.txt'] });
		expect(scene.checkout()).toEqual({ 'a.txt': expect.stringMatching(/ 2$/) });
		await scene.redo();
		expect(existsSync(at('b.txt'))).toBe(true);
	});

	it('with --to everything after a turn as one step, and refuses what was changed between two turns', async () => {
		await files({ 'a.txt': '0' });
		await scene.turn({ 'a.txt': '1' });
		await scene.turn({ 'a.txt': '2', 'b.txt': '2' });
		await scene.turn({ 'a.txt': '3', 'b.txt': null });
		const last = scene.checkout();
		expect(await scene.undo({ kind: 'after', turn: 1 })).toMatchObject({
			status: 'done',
			turns: [{ turn: 2 }, { turn: 3 }],
			changes: [{ path: 'a.txt' }],
		});
		expect(scene.checkout()).toEqual({ 'a.txt': expect.stringMatching(/ 1$/) });
		await scene.redo();
		expect(scene.checkout()).toEqual(last);
		scene.work({ 'a.txt': 'mine' });
		await scene.turn({ 'a.txt': '4' });
		expect(await scene.undo({ kind: 'after', turn: 0 })).toMatchObject({
			status: 'conflicts',
			conflicts: [{ path: 'a.txt', why: 'changed between turns 3 and 4' }],
		});
	});

	it('by force, with a copy of what it replaces, which a redo brings back', async () => {
		await files({ 'a.txt': '0' });
		await scene.turn({ 'a.txt': '1' });
		scene.work({ 'a.txt': 'mine' });
		const result = await scene.undo(undefined, { isForced: true });
		expect(result).toMatchObject({ status: 'done' });
		if (result.status !== 'done' || result.kept === null) throw new Error('no copy');
		expect(readFileSync(join(result.kept, 'a.txt'), 'utf8')).toBe('mine');
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('0');
		await scene.redo();
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('mine');
	});
});

describe('an undo says', () => {
	it('what is not covered: repos inside, and a turn without snapshots', async () => {
		await files({ 'a.txt': '0' });
		const inner = scene.scratch.repo('main/inner', { x: 'x' });
		await scene.turn({ 'a.txt': '1' });
		await scene.turn({}, { tree: { before: null, after: null }, files: [] });
		writeFileSync(join(inner, 'x'), 'changed inside');
		const result = await scene.undo();
		expect(result.uncovered).toEqual([
			'Turn 2 came later and has no snapshots: what it changed stays.',
			'Other repos, large and unreadable files, left out of the snapshots: inner.',
			'Files that git ignored, and what is inside submodules and other repos, are never covered.',
		]);
		expect(readFileSync(join(inner, 'x'), 'utf8')).toBe('changed inside');
		const files0 = [{ path: 'c', change: 'modified', added: null, removed: null, source: 'tool' } as const];
		await scene.turn({}, { tree: { before: null, after: null }, files: files0 });
		await expect(scene.undo()).rejects.toMatchObject({
			code: 'refused',
			message: 'Turn 3 has no snapshots, so it cannot be undone.',
		});
	});

	it('that a turn runs, and that one of another worktree is undone there', async () => {
		await files({ 'a.txt': '0' });
		await scene.turn({ 'a.txt': '1' }, { worktree: '/elsewhere' });
		await expect(scene.undo()).rejects.toMatchObject({
			code: 'refused',
			message: 'Turn 1 worked in /elsewhere, not here.',
		});
		await scene.turn({ 'a.txt': '2' }, { status: 'running' });
		await expect(scene.undo()).rejects.toMatchObject({ code: 'refused' });
		await expect(scene.undo({ kind: 'turn', turn: 7 })).rejects.toMatchObject({
			code: 'not_found',
			hint: 'Its turns are 1 to 2.',
		});
	});

	it('in the log and the record what was taken back', async () => {
		await files({ 'a.txt': '0' });
		await scene.turn({ 'a.txt': '1' });
		await scene.undo();
		const { store } = scene.deps;
		expect(store.read(scene.session).undos).toMatchObject([
			{
				step: 1,
				kind: 'undo',
				after_turn: 1,
				turns: [{ session_id: scene.session, turn: 1 }],
				files: 1,
				record: 'undo/001.json',
			},
		]);
		const events = readLog(store.folderOf(scene.session)).map(({ event }) => event);
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'undone', kind: 'undo', files: 1, left: [], kept: null }),
		);
	});
});

describe('what an undo needs', () => {
	it('stays when git collects garbage in the repo', async () => {
		await files({ 'a.txt': 'committed\n', 'b.txt': 'committed\n' });
		await scene.turn({ 'a.txt': 'two\n', 'b.txt': null });
		scene.scratch.sh(scene.repo, 'checkout', '-q', '--orphan', 'other');
		scene.scratch.sh(scene.repo, 'commit', '-q', '-a', '-m', 'new root');
		scene.scratch.sh(scene.repo, 'branch', '-D', 'main');
		scene.scratch.sh(scene.repo, 'reflog', 'expire', '--expire=now', '--all');
		scene.scratch.sh(scene.repo, 'gc', '-q', '--prune=now');
		await scene.undo();
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('committed\n');
		expect(readFileSync(at('b.txt'), 'utf8')).toBe('committed\n');
	});

	it('is missed in words once it is gone, and nothing is written', async () => {
		await files({ 'a.txt': '0' });
		await scene.turn({ 'a.txt': '1' });
		rmSync(scene.deps.snapshotsFolder, { recursive: true });
		await expect(scene.undo()).rejects.toMatchObject({ code: 'not_found' });
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('1');
		rmSync(join(scene.deps.store.folderOf(scene.session), 'undo'), { recursive: true, force: true });
	});
});

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { contentConflict } from '../../../src/edits/look-at-paths.ts';
import { type EditPlan, planEdits } from '../../../src/edits/plan-edits.ts';
import { type Content, createEditScene, type EditScene, type Wanted } from '../../helpers/edit-scene.ts';

let scene: EditScene;
afterEach(() => scene.remove());

const pathsOf = (plan: EditPlan) => ({
	already: plan.already.map(({ edit }) => edit.path),
	pending: plan.pending.map(({ edit }) => edit.path),
	differing: plan.differing.map(({ edit }) => edit.path),
	conflicts: plan.conflicts.map(({ path, kind, why }) => [path, kind, why]),
	omitted: plan.omitted.map(({ path, kind }) => [path, kind]),
});
const NOTHING = { already: [], pending: [], differing: [], conflicts: [], omitted: [] };

const files = (entries: Record<string, Content>) => {
	scene = createEditScene(entries);
};
const planned = async (wanted: Wanted, options = {}) => pathsOf(await scene.plan(wanted, options));

describe('a plan of edits', () => {
	it('lists a path in its expected state as pending, whether it is added, changed or removed', async () => {
		files({ change: 'one', go: 'one', program: { program: 'run' }, link: { link: 'change' } });
		const wanted: Wanted = {
			change: ['one', 'two'],
			go: ['one', null],
			program: [{ program: 'run' }, 'no program'],
			link: [{ link: 'change' }, { link: 'go' }],
			'new/file': [null, 'two'],
		};
		expect(await planned(wanted)).toEqual({ ...NOTHING, pending: Object.keys(wanted) });
	});

	it('lists a path in its wanted state as done, even if it is already gone', async () => {
		files({ change: 'two', link: { link: 'b' } });
		const wanted: Wanted = {
			change: ['one', 'two'],
			link: [{ link: 'a' }, { link: 'b' }],
			gone: ['one', null],
			'gone/below': ['one', null],
		};
		expect(await planned(wanted)).toEqual({ ...NOTHING, already: Object.keys(wanted) });
	});

	it('names what holds something else, by content, kind or the right to execute', async () => {
		files({
			content: 'of the user',
			mode: { program: 'one' },
			kind: { link: 'one' },
			file: 'target',
			appeared: 'of the user',
			gone: 'of the user',
		});
		const wanted: Wanted = {
			content: ['one', 'two'],
			mode: ['one', 'two'],
			kind: ['one', 'two'],
			file: [{ link: 'target' }, null],
			appeared: [null, 'two'],
			gone: ['one', null],
			away: ['one', 'two'],
		};
		const plan = await scene.plan(wanted);
		expect(pathsOf(plan)).toEqual({ ...NOTHING, differing: Object.keys(wanted) });
		expect(plan.differing.map((seen) => contentConflict(seen).kind)).toEqual([
			'changed',
			'changed',
			'changed',
			'deleted_there',
			'in_the_way',
			'deleted_there',
			'deleted_here',
		]);
	});

	it('does not look at the right to execute where the disk has none', async () => {
		files({ file: { program: 'one' }, link: { link: 'one' } });
		const wanted: Wanted = { file: ['one', 'two'], link: ['one', 'two'] };
		expect(await planned(wanted, { ignoresModes: true })).toEqual({
			...NOTHING,
			pending: ['file'],
			differing: ['link'],
		});
	});

	it('compares with ids of 64 digits, too', async () => {
		files({ file: 'one' });
		const id = createHash('sha256').update('blob 3\0one').digest('hex');
		const change = { path: 'file', before: { mode: '100644', id }, after: null };
		const plan = await planEdits(scene.root, [change], { ignoresCase: false });
		expect(pathsOf(plan)).toEqual({ ...NOTHING, pending: ['file'] });
	});

	it('asks another judge where one is given', async () => {
		files({ file: 'one', other: 'one' });
		const plan = await scene.plan(
			{ file: ['?', 'two'], other: ['?', 'two'] },
			{ sort: async (open) => ({ already: [], pending: open.slice(0, 1), differing: open.slice(1) }) },
		);
		expect(pathsOf(plan)).toEqual({ ...NOTHING, pending: ['file'], differing: ['other'] });
	});
});

describe('in the way of edits', () => {
	it('are folders, files, links and other repos where a path needs none', async () => {
		files({
			'folder/mine': 'x',
			'nothing/.keep': '',
			file: 'x',
			'repo/.git/HEAD': 'x',
			'elsewhere/x': 'x',
		});
		mkdirSync(join(scene.root, 'empty/empty'), { recursive: true });
		symlinkSync('elsewhere', join(scene.root, 'link'));
		expect(
			await planned({
				folder: [null, 'file'],
				empty: [null, 'file'],
				nothing: ['file', null],
				'file/below': [null, 'file'],
				'link/below': [null, 'file'],
				'repo/below/deep': [null, 'file'],
			}),
		).toEqual({
			...NOTHING,
			conflicts: [
				['folder', 'folder', 'a folder is here, with folder/mine in it'],
				['empty', 'folder', 'a folder is here, with empty/empty/ in it'],
				['nothing', 'folder', 'a folder is here'],
				['file/below', 'file', 'file is a file here, not a folder'],
				['link/below', 'link', 'link is a symbolic link here'],
				['repo/below/deep', 'repo', 'repo is a repo of its own'],
			],
		});
	});

	it('is neither a folder whose files all go, nor a file that goes for a folder', async () => {
		files({ 'folder/a': 'a', 'folder/deep/b': 'b', was: 'file' });
		const wanted: Wanted = {
			folder: [null, 'file'],
			'folder/a': ['a', null],
			'folder/deep/b': ['b', null],
			was: ['file', null],
			'was/now': [null, 'file'],
		};
		expect(await planned(wanted)).toEqual({ ...NOTHING, pending: Object.keys(wanted) });
		scene.write('folder/deep/mine', 'x');
		expect((await planned(wanted)).conflicts).toEqual([
			['folder', 'folder', 'a folder is here, with folder/deep/mine in it'],
		]);
	});

	it('is a name that differs from another only in case, where the disk ignores that', async () => {
		files({});
		const wanted: Wanted = { 'Read.me': [null, '1'], 'read.me': [null, '2'] };
		expect((await planned(wanted)).conflicts).toEqual([]);
		expect((await planned(wanted, { ignoresCase: true })).conflicts).toEqual([
			['read.me', 'case', 'it differs from Read.me only in case, which this disk ignores'],
		]);
	});

	it('is not a file that is renamed in case alone', async () => {
		files({ 'read.me': '1' });
		// What such a disk would show at the new name, too.
		scene.write('Read.me', '1');
		const wanted: Wanted = { 'read.me': ['1', null], 'Read.me': [null, '1'] };
		expect(await planned(wanted, { ignoresCase: true })).toEqual({
			...NOTHING,
			pending: Object.keys(wanted),
		});
		expect((await planned(wanted)).already).toEqual(['Read.me']);
	});
});

describe('left out of edits', () => {
	it.each([
		'../outside',
		'a/../../outside',
		'/etc/passwd',
		'./a',
		'',
		'.git/config',
		'sub/.GIT/hooks/x',
		'.agent-relay/sessions/x',
		'nul\0',
		'torn\ufffd',
	])('is %j', async (path) => {
		files({});
		expect(await planned({ [path]: [null, 'planted'] })).toEqual({
			...NOTHING,
			omitted: [[path, 'reserved']],
		});
	});

	it("is another repo's commit; the user's own config of the relay is not", async () => {
		files({ '.agent-relay/config.toml': 'one' });
		chmodSync(join(scene.root, '.agent-relay/config.toml'), 0o600);
		const commit = { mode: '160000', id: 'c'.repeat(40) };
		const plan = await planEdits(
			scene.root,
			[
				{ path: 'sub', before: commit, after: null },
				{ path: 'sub2', before: null, after: commit },
			],
			{ ignoresCase: false },
		);
		expect(pathsOf(plan).omitted).toEqual([
			['sub', 'submodule'],
			['sub2', 'submodule'],
		]);
		expect((await planned({ '.agent-relay/config.toml': ['one', 'two'] })).pending).toHaveLength(1);
	});
});

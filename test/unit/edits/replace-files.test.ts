import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { inPlace, prepareJournal, replaceFiles, takeBack } from '../../../src/edits/replace-files.ts';
import {
	type Content,
	createEditScene,
	type EditScene,
	EVERY_EDIT,
	FILES_BEFORE,
	type Wanted,
} from '../../helpers/edit-scene.ts';
import { withFaults } from '../../helpers/faulty-disk.ts';

let scene: EditScene;
afterEach(() => scene.remove());
const files = (entries: Record<string, Content>) => {
	scene = createEditScene(entries);
};
const at = (path: string) => join(scene.root, path);
const modeOf = (path: string) => (statSync(at(path)).mode & 0o777).toString(8);
const journalText = () => readFileSync(scene.place.journal, 'utf8');

/** The edits as they are right after their last file: written, and not closed. */
async function written(wanted: Wanted) {
	const { place, root } = scene;
	const plan = await scene.plan(wanted);
	for (const { edit } of plan.pending) scene.stage(edit.path, wanted[edit.path]?.[1] ?? null);
	const journal = { ...prepareJournal(place, root, plan.pending), reason: 'for the test' };
	replaceFiles(place, journal);
	return journal;
}

describe('edits', () => {
	it('create, change and delete files, programs and links, and leave every other file alone', async () => {
		files(FILES_BEFORE);
		await scene.edit(EVERY_EDIT);
		expect(scene.tree()).toEqual({
			a: '700 folder',
			'a/mine.txt': '600 mine',
			'changed.txt': '600 two',
			link: '700 -> two',
			'mine.txt': '600 mine',
			new: '700 folder',
			'new/folder': '700 folder',
			'new/folder/file.txt': '600 two',
			'new/link': '700 -> two',
			'new/program.sh': '700 two',
			'plain.sh': '700 one',
			'program.sh': '600 two',
			room: '600 a file',
			was: '700 folder',
			'was/now.txt': '600 two',
		});
		expect(existsSync(scene.place.folder)).toBe(false);
		expect(scene.recorded).toBe(1);
		const again = await scene.plan(EVERY_EDIT);
		expect(again.already.map(({ edit }) => edit.path)).toEqual(Object.keys(EVERY_EDIT));
	});

	it('keep the permissions of a file, except an execute bit that changes', async () => {
		files({ secret: 'one', program: { program: 'one' }, stays: { program: 'one' }, plain: 'one' });
		chmodSync(at('secret'), 0o600);
		chmodSync(at('program'), 0o750);
		chmodSync(at('stays'), 0o740);
		chmodSync(at('plain'), 0o640);
		await scene.edit({
			secret: ['one', 'two'],
			program: [{ program: 'one' }, 'two'],
			stays: [{ program: 'one' }, { program: 'two' }],
			plain: ['one', { program: 'two' }],
		});
		expect(['secret', 'program', 'stays', 'plain'].map(modeOf)).toEqual(['600', '640', '740', '750']);
	});

	it('remove the folders that they empty, and none that holds something', async () => {
		files({ 'a/b/c/gone': 'x', 'a/kept': 'x', 'd/e/gone': 'x' });
		mkdirSync(at('d/mine'));
		await scene.edit({ 'a/b/c/gone': ['x', null], 'd/e/gone': ['x', null] });
		expect(Object.keys(scene.tree())).toEqual(['a', 'a/kept', 'd', 'd/mine']);
	});

	it('touch no file that is already in its wanted state', async () => {
		files({ a: 'two' });
		const inode = statSync(at('a')).ino;
		const plan = await scene.edit({ a: ['one', 'two'], b: ['one', null] });
		expect(plan.already.map(({ edit }) => edit.path)).toEqual(['a', 'b']);
		expect(statSync(at('a')).ino).toBe(inode);
	});

	it("keep the owner's own keys in their journal, which records in the end that all is written", async () => {
		files({ a: 'one' });
		const journal = await written({ a: ['one', 'two'] });
		expect(JSON.parse(journalText())).toEqual({ ...journal, phase: 'written' });
		expect(Object.keys(JSON.parse(journalText()))).toEqual(Object.keys(journal));
	});
});

describe('edits put everything back, and say why,', () => {
	const refused = { code: 'refused', hint: expect.stringContaining('Nothing was changed') };

	async function fails(meanwhile: () => void, wanted: Wanted = EVERY_EDIT): Promise<unknown> {
		let before = {};
		const error = await scene
			.edit(wanted, () => {
				meanwhile();
				before = scene.tree();
			})
			.then(
				() => null,
				(failure) => failure,
			);
		expect(scene.tree()).toEqual(before);
		expect(existsSync(scene.place.folder)).toBe(false);
		expect(scene.recorded).toBe(0);
		return error;
	}

	it.each<[string, Content]>([
		['link', { link: 'mine' }],
		['changed.txt', 'my words'],
		['was', 'my words'],
		['new/folder/file.txt', 'my words'],
	])('where %s was changed meanwhile', async (path, content) => {
		files(FILES_BEFORE);
		expect(await fails(() => scene.write(path, content))).toMatchObject({
			...refused,
			message: expect.stringContaining(`${path} was changed while`),
		});
	});

	it('where a link took the place of a folder between two of its files', async () => {
		const names = Array.from({ length: 40 }, (_, i) => `a/${String(i).padStart(2, '0')}`);
		files(Object.fromEntries(names.map((name) => [name, 'one'])));
		const outside = join(scene.scratch, 'outside');
		let moved = 0;
		const { error } = await withFaults(
			{
				before: (call) => {
					if (!call.startsWith('linkSync') || ++moved !== 5) return;
					renameSync(at('a'), outside);
					symlinkSync(outside, at('a'));
				},
			},
			() => scene.edit(Object.fromEntries(names.map((name) => [name, ['one', 'two']]))),
		);
		expect(error).toMatchObject({ code: expect.stringMatching(/^(?:refused|not_writable)$/) });
		const written = readdirSync(outside).filter(
			(name) => readFileSync(join(outside, name), 'utf8') === 'two',
		);
		expect(written.length).toBeLessThan(25);
	});

	it('if a file was written again with the same bytes, which looks like a change', async () => {
		files(FILES_BEFORE);
		expect(await fails(() => scene.write('changed.txt', 'one'))).toMatchObject(refused);
	});

	it('where a file went away meanwhile', async () => {
		files(FILES_BEFORE);
		expect(await fails(() => rmSync(at('changed.txt')))).toMatchObject(refused);
	});

	it('where a folder that was to go got a file meanwhile', async () => {
		files(FILES_BEFORE);
		expect(await fails(() => scene.write('room/mine', 'x'))).toMatchObject({
			...refused,
			message: 'Something appeared in the folder room meanwhile.',
		});
	});

	it('where a link took the place of a folder meanwhile, and nothing is written through it', async () => {
		files(FILES_BEFORE);
		const outside = join(scene.scratch, 'outside');
		mkdirSync(outside);
		const error = await fails(() => {
			renameSync(at('a'), join(outside, 'a'));
			symlinkSync(join(outside, 'a'), at('a'));
		});
		expect(error).toMatchObject(refused);
		expect(readdirSync(join(outside, 'a')).sort()).toEqual(['gone.txt', 'mine.txt']);
	});

	it('where a new content vanished', async () => {
		files(FILES_BEFORE);
		expect(await fails(() => rmSync(join(scene.place.fresh, 'new/link')))).toMatchObject({ code: 'ENOENT' });
	});

	it.each([
		['for good', false],
		['for one call, and the place on another disk', true],
	])('where the disk is full %s, at whichever call', async (_, isAcross) => {
		files(FILES_BEFORE);
		const across = () => (isAcross ? { fullFor: 1, disks: [scene.root, scene.place.folder] as const } : {});
		const whole = await withFaults(across(), () => scene.edit(EVERY_EDIT));
		expect(whole).toMatchObject({ error: null });
		expect(whole.calls.length).toBeGreaterThan(40);
		let failed = 0;
		for (let fullFrom = 0; fullFrom < whole.calls.length; fullFrom++) {
			scene.remove();
			files(FILES_BEFORE);
			const before = scene.tree();
			const { error, calls } = await withFaults({ fullFrom, ...across() }, () => scene.edit(EVERY_EDIT));
			const call = `at ${whole.calls[fullFrom]}`;
			if (error === null) {
				expect(scene.recorded, call).toBe(1);
				continue;
			}
			failed++;
			expect(error, call).toMatchObject({ code: 'disk_full' });
			expect(scene.tree(), call).toEqual(before);
			expect(existsSync(scene.place.folder), call).toBe(false);
			expect(calls.length).toBeGreaterThan(fullFrom);
		}
		expect(failed).toBeGreaterThan(isAcross ? 20 : 30);
	});

	it('where the journal cannot be written, before any file is touched', async () => {
		files(FILES_BEFORE);
		const { error, calls } = await withFaults(
			{
				before: (call) => {
					if (call.startsWith('renameSync') && call.endsWith('journal.json'))
						throw Object.assign(new Error('no'), { code: 'EROFS' });
				},
			},
			() => fails(() => undefined).then((failure) => Promise.reject(failure)),
		);
		expect(error).toMatchObject({ code: 'not_writable' });
		expect(calls.filter((call) => call.startsWith('linkSync'))).toEqual([]);
	});
});

describe('edits that cannot be put back', () => {
	it('name what is left, keep the old files and their journal, and are resumed by a recovery', async () => {
		files({ a: 'one', b: 'one' });
		const wanted: Wanted = { a: ['one', 'two'], b: ['one', 'two'] };
		const { error } = await withFaults(
			{
				before: (call) => {
					// The user saves the first file when it was replaced, and the second cannot be.
					if (!call.startsWith('linkSync') || !call.includes(at('b'))) return;
					scene.write('a', 'my words since');
					throw Object.assign(new Error('EIO: no'), { code: 'EIO' });
				},
			},
			() => scene.edit(wanted),
		);
		expect(error).toMatchObject({
			code: 'not_writable',
			message: 'EIO: no; not restored: a',
			hint: expect.stringContaining(scene.place.old),
		});
		expect(scene.tree()).toMatchObject({ a: '600 my words since', b: '600 one' });
		expect(readFileSync(join(scene.place.old, '0'), 'utf8')).toBe('one');
		expect(scene.recover()).toMatchObject({ status: 'changed', left: ['a'] });
		scene.write('a', 'two');
		expect(scene.recover()).toMatchObject({ status: 'put_back' });
		expect(scene.tree()).toEqual({ a: '600 one', b: '600 one' });
	});
});

describe('edits that are written', () => {
	it('are taken back by their owner, as long as the journal is open', async () => {
		files(FILES_BEFORE);
		const before = scene.tree();
		const journal = await written(EVERY_EDIT);
		expect(takeBack(scene.place, journal)).toEqual({ left: [] });
		expect(scene.tree()).toEqual(before);
		expect(existsSync(scene.place.journal)).toBe(false);
	});

	it('list the folders that they made, also where a file stood; without that list such a file comes back, too', async () => {
		files(FILES_BEFORE);
		const before = scene.tree();
		const journal = await written(EVERY_EDIT);
		expect(journal.made_folders.sort()).toEqual(['new', 'new/folder', 'was']);
		expect(takeBack(scene.place, { ...journal, made_folders: ['new', 'new/folder'] })).toEqual({ left: [] });
		expect(scene.tree()).toEqual(before);
	});

	it('are taken back except for paths that changed since, which are named', async () => {
		files(FILES_BEFORE);
		const journal = await written(EVERY_EDIT);
		const mine = ['changed.txt', 'new/folder/file.txt', 'a/gone.txt', 'new/mine.txt'];
		for (const path of mine) scene.write(path, 'my words');
		expect(takeBack(scene.place, journal).left.sort()).toEqual([
			'a/gone.txt',
			'changed.txt',
			'new/folder/file.txt',
		]);
		expect(scene.tree()).toMatchObject(Object.fromEntries(mine.map((path) => [path, '600 my words'])));
		expect(scene.tree()).toMatchObject({ 'b/c/gone.txt': '600 one', was: '600 a file', link: '700 -> one' });
		expect(existsSync(scene.place.journal)).toBe(true);
	});
});

describe('two sets of edits in one place', () => {
	it('are made one after the other: the second is refused, and the first is not disturbed', async () => {
		files({ a: 'one', b: 'one' });
		let open = () => {};
		const gate = new Promise<void>((resolve) => {
			open = resolve;
		});
		const first = inPlace(scene.place, async () => {
			await written({ a: ['one', 'two'] });
			await gate;
			return 'done';
		});
		await expect(scene.edit({ b: ['one', 'two'] })).rejects.toMatchObject({ code: 'refused' });
		expect(scene.tree()).toEqual({ a: '600 two', b: '600 one' });
		expect(JSON.parse(journalText()).phase).toBe('written');
		open();
		expect(await first).toBe('done');
		// Its owner has not closed it.
		expect(scene.recover()).toMatchObject({ status: 'written' });
		await scene.edit({ b: ['one', 'two'] });
		expect(scene.tree()).toEqual({ a: '600 two', b: '600 two' });
	});
});

import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type EditJournal, writeJournal } from '../../../src/edits/edit-journal.ts';
import { createEditScene, type EditScene, EVERY_EDIT, FILES_BEFORE } from '../../helpers/edit-scene.ts';
import { Died, withFaults } from '../../helpers/faulty-disk.ts';

let scene: EditScene;
afterEach(() => scene.remove());

const begin = () => {
	scene = createEditScene(FILES_BEFORE);
};
const textOf = (tree: Record<string, string>) => JSON.stringify(tree);

interface Campaign {
	twoDisks: boolean;
	isExact?: boolean;
}

/** Edits that die at that call, and what the next start makes of them. Returns which of the two trees is left. */
async function diesAt(
	diesAt: number,
	{ twoDisks, isExact = false, recoveryDiesAt }: Campaign & { recoveryDiesAt?: number },
): Promise<'old' | 'new'> {
	begin();
	scene.isExact = isExact;
	const [before, after] = [textOf(scene.tree()), textOf(await treeAfter())];
	const disks = twoDisks ? { disks: [scene.root, scene.place.folder] as const } : {};
	const { error, calls } = await withFaults({ diesAt, ...disks }, () => scene.edit(EVERY_EDIT));
	const said = `died at ${calls[diesAt]}`;
	expect(error, said).toBeInstanceOf(Died);
	const wasRecorded = scene.recorded;
	if (recoveryDiesAt !== undefined)
		await withFaults({ diesAt: recoveryDiesAt, ...disks }, () => scene.recover());
	const { error: failure } = await withFaults(disks, () => scene.recover());
	expect(failure, said).toBeNull();
	expect(existsSync(scene.place.folder), said).toBe(false);
	const now = textOf(scene.tree());
	if (now !== before) expect(now, said).toBe(after);
	// Nothing is half recorded: what is left in place has been recorded, once at least, and nothing else has.
	expect(scene.recorded > 0, said).toBe(now === after);
	if (wasRecorded > 0) expect(now, said).toBe(after);
	return now === before ? 'old' : 'new';
}

let known: Record<string, string> | null = null;
async function treeAfter(): Promise<Record<string, string>> {
	if (known !== null) return known;
	const other = createEditScene(FILES_BEFORE);
	await other.edit(EVERY_EDIT);
	known = other.tree();
	other.remove();
	return known;
}

async function countCalls(twoDisks: boolean): Promise<number> {
	begin();
	const disks = twoDisks ? { disks: [scene.root, scene.place.folder] as const } : {};
	const { calls, error } = await withFaults(disks, () => scene.edit(EVERY_EDIT));
	expect(error).toBeNull();
	scene.remove();
	return calls.length;
}

describe('edits of a process that died', () => {
	it.each([
		['on one disk', { twoDisks: false }],
		['on two disks', { twoDisks: true }],
		['named by their ids', { twoDisks: false, isExact: true }],
	])('at any call, %s, are all there or none at all after the next start', async (_, campaign) => {
		const count = await countCalls(campaign.twoDisks);
		const left = new Set<string>();
		for (let at = 0; at < count; at++) {
			left.add(await diesAt(at, campaign));
			scene.remove();
		}
		expect([...left].sort()).toEqual(['new', 'old']);
	});

	it.each([
		['on one disk', { twoDisks: false }],
		['on two disks', { twoDisks: true }],
		['named by their ids', { twoDisks: false, isExact: true }],
	])('at any call, %s, and whose recovery died as well, too', async (_, campaign) => {
		const count = await countCalls(campaign.twoDisks);
		for (let at = 0; at < count; at += 9)
			for (let again = 0; again < 40; again += 5) {
				await diesAt(at, { ...campaign, recoveryDiesAt: again });
				scene.remove();
			}
		begin();
	});
});

describe('a recovery', () => {
	/** What edits that replaced one file, and died, leave: `old/0` is what stood there. */
	function plant(change: Partial<EditJournal>, path = 'b.txt'): void {
		const { place, root } = scene;
		mkdirSync(place.old, { recursive: true });
		writeFileSync(join(place.old, '0'), 'planted');
		writeJournal(place, {
			schema_version: 1,
			worktree: root,
			phase: 'writing',
			made_folders: [],
			steps: [{ path, stamp: '1 1 1 1', digest: null }],
			reason: 'planted',
			...change,
		});
	}
	const outside = () => join(scene.scratch, 'outside');

	it('finds nothing where nothing was begun, and clears what was staged', () => {
		begin();
		expect(scene.recover()).toEqual({ status: 'none' });
		mkdirSync(scene.place.fresh, { recursive: true });
		expect(scene.recover()).toEqual({ status: 'none' });
		expect(existsSync(scene.place.folder)).toBe(false);
	});

	it('leaves paths that changed since, and continues when that is settled', async () => {
		begin();
		plant({}, 'changed.txt');
		expect(scene.recover()).toMatchObject({ status: 'changed', left: ['changed.txt'] });
		expect(scene.tree()).toMatchObject({ 'changed.txt': '600 one' });
		rmSync(join(scene.root, 'changed.txt'));
		expect(scene.recover()).toMatchObject({ status: 'put_back', journal: { reason: 'planted' } });
		expect(scene.tree()).toMatchObject({ 'changed.txt': '600 planted' });
		expect(existsSync(scene.place.folder)).toBe(false);
	});

	it('follows no journal of another root', () => {
		begin();
		mkdirSync(outside());
		plant({ worktree: outside() });
		expect(scene.recover()).toMatchObject({ status: 'foreign', notFolder: null });
		expect(existsSync(join(outside(), 'b.txt'))).toBe(false);
		expect(existsSync(scene.place.journal)).toBe(true);
	});

	it.each(['old', 'fresh'] as const)('takes nothing through a link in place of %s', (folder) => {
		begin();
		plant({});
		const path = scene.place[folder];
		if (existsSync(path)) renameSync(path, outside());
		else mkdirSync(outside());
		symlinkSync(outside(), path);
		expect(scene.recover()).toMatchObject({ status: 'foreign', notFolder: path });
		expect(existsSync(join(scene.root, 'b.txt'))).toBe(false);
	});

	it.each(['../outside/planted', 'elsewhere/planted', '.git/hooks/planted', '.agent-relay/sessions/planted'])(
		'writes nothing at %s, and removes no folder there',
		(path) => {
			begin();
			mkdirSync(join(outside(), 'empty'), { recursive: true });
			symlinkSync(outside(), join(scene.root, 'elsewhere'));
			plant({ made_folders: ['elsewhere/empty', '../outside/empty'] }, path);
			expect(scene.recover()).toMatchObject({ status: 'changed', left: [path] });
			expect(existsSync(join(scene.root, path))).toBe(false);
			expect(existsSync(join(outside(), 'empty'))).toBe(true);
		},
	);

	it('refuses a journal that it cannot read, with the hint of the owner', () => {
		begin();
		plant({});
		for (const damaged of ['', '{', '[]', '{"schema_version":2}', '{"schema_version":1,"phase":"writing"}']) {
			writeFileSync(scene.place.journal, damaged);
			expect(() => scene.recover()).toThrow(
				expect.objectContaining({ code: 'damaged_record', hint: 'look at it' }),
			);
		}
	});
});

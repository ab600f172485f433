import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adopt } from '../../src/race/adopt.ts';
import {
	type AdoptJournal,
	adoptPlace,
	digestOf,
	replaceFiles,
	undoSteps,
} from '../../src/race/adopt-journal.ts';
import { lookAt } from '../../src/race/adopt-paths.ts';
import { type AdoptionScene, createAdoptionScene } from '../helpers/adoption-scene.ts';
import { canMount, fillDisk, onDiskOfItsOwn } from '../helpers/small-disk.ts';

/** What is free on the disk when the adoption begins; its new files take some 900 KiB. */
const FREE_KIB = [0, 8, 200, 600, 900, 2000];

let scene: AdoptionScene;
let unmount: () => void;
beforeEach(async () => {
	scene = await createAdoptionScene(2_000);
	unmount = () => undefined;
});
afterEach(() => {
	unmount();
	scene.remove();
});

const adopted = () =>
	adopt({ record: scene.record, entrant: null, mode: { kind: 'files', merge: false } }, scene.deps);

/** Returns how many adoptions met a full disk. */
async function fillAndAdopt(filler: string, place: string): Promise<number> {
	const index = scene.index();
	let failed = 0;
	for (const free of FREE_KIB) {
		fillDisk(filler, free);
		const error = await adopted().then(
			() => null,
			(failure) => failure,
		);
		rmSync(filler);
		const said = `${free} KiB free: ${error?.message}`;
		if (error === null) expect(scene.checkout(), said).toEqual(scene.after);
		else {
			failed++;
			expect(error, said).toMatchObject({ code: 'disk_full' });
			expect(scene.checkout(), said).toEqual(scene.before);
		}
		expect(existsSync(place), said).toBe(false);
		expect(scene.index(), said).toBe(index);
		scene.reset();
	}
	expect((await adopted()).status).toBe('adopted');
	expect(scene.checkout()).toEqual(scene.after);
	return failed;
}

describe.skipIf(!canMount)('an adoption onto a disk that gets full', () => {
	it('writes all files or none, and says so', async () => {
		unmount = onDiskOfItsOwn(scene.repo, 8 * 1024);
		const failed = await fillAndAdopt(join(scene.repo, '.agent-relay/filler'), placeOf(scene));
		expect(failed).toBeGreaterThan(2);
		expect(failed).toBeLessThan(FREE_KIB.length);
	});

	it('puts the files back that it had replaced, where the records lie on another disk', async () => {
		unmount = onDiskOfItsOwn(scene.repo, 8 * 1024);
		const unmountRecords = onDiskOfItsOwn(scene.deps.store.location.folder, 8 * 1024);
		const unmountRepo = unmount;
		unmount = () => {
			unmountRecords();
			unmountRepo();
		};
		const failed = await fillAndAdopt(join(scene.repo, '.git/filler'), placeOf(scene));
		expect(failed).toBeGreaterThan(2);
		expect(failed).toBeLessThan(FREE_KIB.length);
	});

	it('puts a large file back although something else took all the room meanwhile', async () => {
		const path = join(scene.repo, 'large.txt');
		writeFileSync(path, 'old\n');
		unmount = onDiskOfItsOwn(scene.repo, 8 * 1024);
		const place = adoptPlace(join(scene.scratch.root, 'elsewhere/adopt'));
		scene.scratch.write(join(place.fresh, 'large.txt'), 'x'.repeat(100_000));
		const step = {
			path: 'large.txt',
			stamp: lookAt(path).stamp,
			digest: digestOf(join(place.fresh, 'large.txt')),
		};
		const journal: AdoptJournal = {
			schema_version: 1,
			entrant: 'claude',
			worktree: scene.repo,
			phase: 'writing',
			commit: null,
			made_folders: [],
			steps: [step],
		};
		replaceFiles(place, journal);
		fillDisk(join(scene.repo, '.git/filler'));
		expect(undoSteps(place, journal)).toEqual({ left: [] });
		expect(readFileSync(path, 'utf8')).toBe('old\n');
	});
});

const placeOf = ({ deps, record }: AdoptionScene) =>
	adoptPlace(join(deps.store.location.folder, 'sessions', record.id)).folder;

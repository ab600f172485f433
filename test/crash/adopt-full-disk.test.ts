import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adopt } from '../../src/race/adopt/adopt.ts';
import { adoptPlace } from '../../src/race/adopt/adoption-journal.ts';
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
});

const placeOf = ({ deps, record }: AdoptionScene) =>
	adoptPlace(join(deps.store.location.folder, 'sessions', record.id)).folder;

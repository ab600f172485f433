import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/edits/edit-journal.ts';
import { lookAt } from '../../src/edits/look-at-paths.ts';
import { undoSteps } from '../../src/edits/put-back.ts';
import { replaceFiles } from '../../src/edits/replace-files.ts';
import { type AdoptJournal, adoptPlace } from '../../src/race/adopt/adoption-journal.ts';
import { type AdoptionScene, createAdoptionScene } from '../helpers/adoption-scene.ts';
import { canMount, fillDisk, onDiskOfItsOwn } from '../helpers/small-disk.ts';

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

// With more or less room from the start in test/crash/adopt-full-disk.test.ts.
describe.skipIf(!canMount)('an adoption onto a disk that gets full', () => {
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

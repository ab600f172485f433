import { existsSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { createKilledUndo, type KilledUndo } from '../../helpers/killed-undo.ts';

let killed: KilledUndo;
afterEach(() => killed.scene.remove());

it('an undo that is killed between its files is rolled back by the next command, which says so', async () => {
	killed = await createKilledUndo();
	const index = killed.scene.gitState();
	for (let tries = 0; tries < 20; tries++) {
		const { left, wasMixed, said, isRecorded } = await killed.kill({ from: 'files', afterMs: 0 });
		expect(left, said).not.toBeNull();
		expect(existsSync(killed.place.folder)).toBe(false);
		expect(isRecorded).toBe(left === 'before');
		if (wasMixed) {
			expect(left).toBe('after');
			expect(said).toContain(
				'An undo of turn 1 was interrupted: it was rolled back, and all files are as they were before it.',
			);
			expect(killed.scene.gitState()).toBe(index);
			return;
		}
		await killed.reset();
	}
	throw new Error('no kill came between two files');
});

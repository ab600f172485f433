import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createKilledUndo, type Instant, type KilledUndo } from '../helpers/killed-undo.ts';
import { killCount } from '../helpers/kills.ts';
import { canMount, fillDisk, onDiskOfItsOwn } from '../helpers/small-disk.ts';

/** Kills. */
const KILLS = killCount(16);
/** That many at least are killed between their first and their last file. */
const MIDWAY = 3;
const MOST_TRIES = 60;
const PATIENCE_MS = 600_000;
const SIGNS = ['start', 'place', 'journal', 'files'] as const;
/** What is free on the disk when the undo begins; what comes takes some 300 KiB. */
const FREE_KIB = [0, 8, 60, 150, 300, 2000];

let killed: KilledUndo;
let unmount: () => void = () => undefined;
afterEach(() => {
	unmount();
	unmount = () => undefined;
	killed.scene.remove();
});

describe('an undo that is killed', () => {
	it('leaves all as it was or all undone, once the next command has run', {
		timeout: PATIENCE_MS,
	}, async () => {
		killed = await createKilledUndo();
		const index = killed.scene.gitState();
		let mixed = 0;
		for (let at = 0; at < KILLS || (mixed < MIDWAY && at < KILLS + MOST_TRIES); at++) {
			const from = at < KILLS ? (SIGNS[at % SIGNS.length] ?? 'start') : 'files';
			const instant: Instant = { from, afterMs: from === 'start' ? at * 25 : Math.floor(at / 4) % 8 };
			const { left, wasMixed, said, isRecorded } = await killed.kill(instant);
			const what = `${JSON.stringify(instant)}: ${said}`;
			expect(left, what).not.toBeNull();
			expect(isRecorded, what).toBe(left === 'before');
			expect(existsSync(killed.place.folder), what).toBe(false);
			expect(killed.scene.gitState(), what).toBe(index);
			if (wasMixed) {
				mixed++;
				expect(said).toContain('was interrupted');
			}
			await killed.reset();
		}
		expect(mixed).toBeGreaterThanOrEqual(MIDWAY);
		await killed.scene.undo();
		expect(killed.scene.checkout()).toEqual(killed.before);
	});
});

describe.skipIf(!canMount)('an undo onto a disk that gets full', () => {
	it('writes all files or none, and says so', { timeout: PATIENCE_MS }, async () => {
		killed = await createKilledUndo(2_000);
		const { scene } = killed;
		unmount = onDiskOfItsOwn(scene.repo, 8 * 1024);
		const filler = join(scene.repo, '.agent-relay/filler');
		let failed = 0;
		for (const free of FREE_KIB) {
			fillDisk(filler, free);
			const error = await scene.undo().then(
				() => null,
				(failure) => failure,
			);
			rmSync(filler);
			const said = `${free} KiB free: ${error?.message}`;
			if (error === null) {
				expect(scene.checkout(), said).toEqual(killed.before);
				await scene.redo();
			} else {
				failed++;
				expect(error, said).toMatchObject({ code: 'disk_full' });
			}
			expect(scene.checkout(), said).toEqual(killed.after);
			expect(existsSync(killed.place.folder), said).toBe(false);
		}
		expect(failed).toBeGreaterThan(1);
		expect(failed).toBeLessThan(FREE_KIB.length);
	});
});

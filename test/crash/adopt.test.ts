import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { adoptPlace } from '../../src/race/adopt/adoption-journal.ts';
import { type AdoptionScene, createAdoptionScene } from '../helpers/adoption-scene.ts';
import { runProgram, startProgram } from '../helpers/crash-program.ts';
import { killCount } from '../helpers/kills.ts';
import { canMount, onDiskOfItsOwn } from '../helpers/small-disk.ts';

/** Kills. */
const KILLS = killCount(8);
/** That many at least are killed between their first and their last file. */
const MIDWAY = 3;
const MOST_TRIES = 60;

/** Each kill is two starts of the program, on a machine that may be busy. */
const PATIENCE_MS = 600_000;
const SIGNS = ['new', 'start', 'other', 'journal'] as const;

let scene: AdoptionScene;
const cleanUps: Array<() => void> = [];
afterEach(() => {
	for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

type Left = 'old' | 'new';

/** When an adoption is killed: so long after its start, its journal, or the first file in one of its new folders. */
interface Instant {
	from: 'start' | 'journal' | 'new' | 'other';
	afterMs: number;
}

/** Tells how the next look at the race left the checkout, and whether there was something to take back. */
async function killed({ afterMs, from }: Instant) {
	const place = { cwd: scene.repo, env: scene.scratch.env };
	const folder = join(scene.deps.store.location.folder, 'sessions', scene.record.id);
	const { journal } = adoptPlace(folder);
	const sign = from === 'journal' ? journal : join(scene.repo, from);
	const run = startProgram(place, 'race', 'adopt', 'claude');
	let isOver = false;
	const ended = run.ended.finally(() => {
		isOver = true;
	});
	while (from !== 'start' && !isOver && !existsSync(sign)) await sleep(1);
	await sleep(afterMs);
	run.kill('SIGKILL');
	await ended;
	const isMidway = existsSync(journal) && JSON.parse(readFileSync(journal, 'utf8')).phase === 'writing';
	const cut = scene.checkout();
	const isMixed = isMidway && stateOf(cut) === null;

	const shown = await runProgram(place, 'race', 'show');
	expect(shown.code, shown.stderr).toBe(0);
	expect(existsSync(join(folder, 'adopt'))).toBe(false);
	const left = stateOf(scene.checkout());
	if (left === null) expect(scene.checkout()).toEqual(scene.before);
	return { left, isMixed };
}

function stateOf(checkout: Record<string, string>): Left | null {
	const text = (files: Record<string, string>) => JSON.stringify(Object.entries(files).sort());
	const now = text(checkout);
	return now === text(scene.before) ? 'old' : now === text(scene.after) ? 'new' : null;
}

async function campaign(kills: number): Promise<void> {
	const index = scene.index();
	const whole = startProgram({ cwd: scene.repo, env: scene.scratch.env }, 'race', 'adopt', 'claude');
	const { code, stderr, tookMs } = await whole.ended;
	expect(code, stderr).toBe(0);
	expect(scene.checkout()).toEqual(scene.after);
	scene.reset();

	let mixed = 0;
	const instants = Array.from({ length: kills }, (_, at): Instant => {
		const from = SIGNS[at % SIGNS.length] ?? 'start';
		return { from, afterMs: from === 'start' ? (tookMs * (at + 0.5)) / kills : at };
	});
	const more = Array.from({ length: MOST_TRIES }, (): Instant => ({ from: 'new', afterMs: 0 }));
	for (const instant of instants.concat(more)) {
		if (instants.indexOf(instant) < 0 && mixed >= MIDWAY) break;
		const { left, isMixed } = await killed(instant);
		if (isMixed) {
			mixed++;
			expect(left, 'one that was cut between two files is taken back').toBe('old');
		}
		expect(scene.index()).toBe(index);
		scene.reset();
	}
	expect(mixed, 'kills between the first and the last file').toBeGreaterThanOrEqual(MIDWAY);
}

describe('kill -9 of an adoption of 300 files', () => {
	it(`at ${KILLS} instants leaves, after the next look at the race, all files as they were or all new`, {
		timeout: PATIENCE_MS,
	}, async () => {
		scene = await createAdoptionScene();
		cleanUps.push(() => scene.remove());
		await campaign(KILLS);
	});

	it.skipIf(!canMount)(
		'does so where the records lie on another disk than the checkout',
		{ timeout: PATIENCE_MS },
		async () => {
			scene = await createAdoptionScene(40_000);
			cleanUps.push(() => scene.remove());
			cleanUps.push(onDiskOfItsOwn(scene.deps.store.location.folder, 48 * 1024));
			await campaign(Math.ceil(KILLS / 2));
		},
	);
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adoptPlace } from '../../src/race/adopt-journal.ts';
import { type AdoptionScene, createAdoptionScene } from '../helpers/adoption-scene.ts';
import { type CompiledProgram, compileProgram, runProgram, startProgram } from '../helpers/crash-program.ts';
import { canMount, onDiskOfItsOwn } from '../helpers/small-disk.ts';

/** Kills; `RELAY_CRASH_KILLS` makes the campaign larger. */
const KILLS = Number(process.env.RELAY_CRASH_KILLS ?? 10);
/** Until one is killed between its first and its last file. */
const MOST_TRIES = 40;

let program: CompiledProgram;
beforeAll(() => {
	program = compileProgram();
});
afterAll(() => program.remove());

let scene: AdoptionScene;
const cleanUps: Array<() => void> = [];
afterEach(() => {
	for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

type Left = 'old' | 'new';

/** Kills an adoption so long after its start, or after its journal is there; tells what stood when it was dead. */
async function killed({ afterMs, from }: { afterMs: number; from: 'start' | 'journal' }) {
	const place = { cwd: scene.repo, env: scene.scratch.env };
	const folder = join(scene.deps.store.location.folder, 'sessions', scene.record.id);
	const { journal } = adoptPlace(folder);
	const run = startProgram(program, place, 'race', 'adopt', 'claude');
	let isOver = false;
	const ended = run.ended.finally(() => {
		isOver = true;
	});
	while (from === 'journal' && !isOver && !existsSync(journal)) await sleep(1);
	await sleep(afterMs);
	run.kill('SIGKILL');
	await ended;
	const isMidway = existsSync(journal) && JSON.parse(readFileSync(journal, 'utf8')).phase === 'writing';
	const cut = scene.checkout();
	const isMixed = isMidway && stateOf(cut) === null;

	const shown = await runProgram(program, place, 'race', 'show');
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
	const whole = startProgram(program, { cwd: scene.repo, env: scene.scratch.env }, 'race', 'adopt', 'claude');
	const { code, stderr, tookMs } = await whole.ended;
	expect(code, stderr).toBe(0);
	expect(scene.checkout()).toEqual(scene.after);
	scene.reset();

	let mixed = 0;
	const instants = Array.from({ length: kills }, (_, at) => ({
		from: at % 2 === 0 ? ('journal' as const) : ('start' as const),
		afterMs: at % 2 === 0 ? at * 3 : (tookMs * (at + 0.5)) / kills,
	}));
	const more = Array.from({ length: MOST_TRIES }, () => ({ from: 'journal' as const, afterMs: 0 }));
	for (const instant of instants.concat(more)) {
		if (instants.indexOf(instant) < 0 && mixed > 0) break;
		const { left, isMixed } = await killed(instant);
		if (isMixed) {
			mixed++;
			expect(left, 'one that was cut between two files is taken back').toBe('old');
		}
		expect(scene.index()).toBe(index);
		scene.reset();
	}
	expect(mixed, 'kills between the first and the last file').toBeGreaterThan(0);
}

describe('kill -9 of an adoption of 300 files', () => {
	it(`at ${KILLS} instants leaves, after the next look at the race, all files as they were or all new`, async () => {
		scene = await createAdoptionScene();
		cleanUps.push(() => scene.remove());
		await campaign(KILLS);
	});

	it.skipIf(!canMount)('does so where the records lie on another disk than the checkout', async () => {
		scene = await createAdoptionScene();
		cleanUps.push(() => scene.remove());
		cleanUps.push(onDiskOfItsOwn(scene.deps.store.location.folder, 16 * 1024));
		await campaign(Math.ceil(KILLS / 2));
	});
});

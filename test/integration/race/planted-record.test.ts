import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSessionId, type SessionId } from '../../../src/core/ids.ts';
import { listRaces, readRace } from '../../../src/race/race-store.ts';
import { createRaceScene, type RaceScene } from '../../helpers/race-scene.ts';

let scene: RaceScene;
beforeEach(async () => {
	scene = await createRaceScene({ 'a.txt': 'a\n' });
});
afterEach(() => scene.remove());

function made(): { id: SessionId; path: string; record: Record<string, unknown> } {
	const { id } = scene.race({ claude: { 'a.txt': 'A\n' } });
	const session = parseSessionId(id);
	if (session === null) throw new Error(`${id} is no id`);
	const path = join(scene.deps.store.location.folder, 'sessions', id, 'race.json');
	return { id: session, path, record: JSON.parse(readFileSync(path, 'utf8')) };
}

describe('a record of a race that others wrote into the repo', () => {
	it('gives git no option in place of a commit', () => {
		const { id, path, record } = made();
		const base = { commit: `--output=${join(scene.scratch.root, 'planted')}`, ref: null, is_snapshot: false };
		writeFileSync(path, JSON.stringify({ ...record, base }));
		expect(() => readRace(id, scene.deps.store)).toThrow(
			expect.objectContaining({ code: 'damaged_record', message: expect.stringContaining('base.commit') }),
		);
		expect(listRaces(scene.deps.store)).toEqual([]);
		expect(existsSync(join(scene.scratch.root, 'planted'))).toBe(false);
	});

	it('does not stand for another race', () => {
		const one = made();
		const other = made();
		writeFileSync(one.path, JSON.stringify(other.record));
		expect(() => readRace(one.id, scene.deps.store)).toThrow(
			expect.objectContaining({ code: 'damaged_record', message: expect.stringContaining(other.id) }),
		);
		expect(listRaces(scene.deps.store).map(({ id }) => id)).toEqual([other.id]);
	});
});

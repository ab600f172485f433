/** Adoptions of a race on record, in a real checkout: one scene for each way to adopt. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSessionId } from '../../../../src/core/ids.ts';
import { adopt } from '../../../../src/race/adopt/adopt.ts';
import type { AdoptMode } from '../../../../src/race/adopt/adopt-deps.ts';
import { raceDiff } from '../../../../src/race/adopt/race-diff.ts';
import type { RaceRecord } from '../../../../src/race/record/race-record.ts';
import { readRace } from '../../../../src/race/record/race-store.ts';
import { createRaceScene, type RaceScene, type Work } from '../../../helpers/race-scene.ts';

let scene: RaceScene;
afterEach(() => scene.remove());

const FILES: AdoptMode = { kind: 'files', merge: false };
const MERGE: AdoptMode = { kind: 'files', merge: true };
const at = (path: string) => join(scene.repo, path);
const read = (path: string) => readFileSync(at(path), 'utf8');
const git = (...args: string[]) => scene.scratch.sh(scene.repo, ...args).trim();

async function raceOn(files: Record<string, string>, work: Work): Promise<RaceRecord> {
	scene = await createRaceScene(files);
	return scene.race({ claude: work });
}
const take = (record: RaceRecord, mode: AdoptMode, entrant: string | null = null) =>
	adopt({ record, entrant, mode }, scene.deps);

describe('adopting', () => {
	it('writes what the entrant changed and nothing else, and puts it on record', async () => {
		const record = await raceOn(
			{ 'a.txt': 'one\n', 'mine.txt': 'mine\n', 'old/gone.txt': 'x\n' },
			{ 'a.txt': 'two\n', 'new/b.txt': 'b\n', 'old/gone.txt': null },
		);
		writeFileSync(at('mine.txt'), 'my own words\n');
		const head = git('rev-parse', 'HEAD');
		const [entrant] = record.entrants;
		if (entrant === undefined) throw new Error('no entrant');
		expect(await raceDiff(record, entrant, null, scene.deps)).toMatch(/-one\n\+two\n[\s\S]*new\/b\.txt/);
		expect(await take(record, FILES)).toMatchObject({
			status: 'adopted',
			written: [{ path: 'a.txt' }, { path: 'new/b.txt' }, { path: 'old/gone.txt', change: 'deleted' }],
		});
		expect([read('a.txt'), read('new/b.txt'), read('mine.txt')]).toEqual(['two\n', 'b\n', 'my own words\n']);
		expect(existsSync(at('old'))).toBe(false);
		expect(git('rev-parse', 'HEAD')).toBe(head);
		const id = parseSessionId(record.id);
		if (id === null) throw new Error('no id');
		expect(readRace(id, scene.deps.store).adopted).toMatchObject([{ entrant: 'claude' }]);
		expect(await take(record, FILES)).toMatchObject({ status: 'adopted', written: [] });
	});

	it('writes nothing where a file differs here, joins it with --merge, and marks what it cannot join', async () => {
		const base = Array.from({ length: 12 }, (_, n) => `line ${n}\n`).join('');
		const record = await raceOn(
			{ 'a.txt': base, 'b.txt': 'b\n' },
			{ 'a.txt': base.replace('line 2\n', 'theirs\n'), 'b.txt': 'theirs\n' },
		);
		writeFileSync(at('a.txt'), base.replace('line 9\n', 'mine\n'));
		writeFileSync(at('b.txt'), 'mine\n');
		expect(await take(record, FILES)).toMatchObject({
			status: 'conflicts',
			conflicts: [{ path: 'a.txt' }, { path: 'b.txt' }],
		});
		expect(read('b.txt')).toBe('mine\n');
		expect(await take(record, MERGE)).toMatchObject({ status: 'adopted' });
		expect(read('a.txt')).toMatch(/theirs[\s\S]*mine/);
		expect(read('b.txt')).toMatch(/<<<<<<<[\s\S]*mine[\s\S]*=======[\s\S]*theirs[\s\S]*>>>>>>>/);
	});

	it('as a commit has the adopted paths alone, and leaves other changes as they are', async () => {
		const record = await raceOn({ 'a.txt': 'one\n', 'mine.txt': 'mine\n' }, { 'a.txt': 'two\n' });
		writeFileSync(at('mine.txt'), 'changed\n');
		const before = git('rev-parse', 'HEAD');
		expect(await take(record, { kind: 'commit', merge: false })).toMatchObject({ status: 'adopted' });
		expect(git('rev-parse', 'HEAD^')).toBe(before);
		expect(git('show', '--name-only', '--format=', 'HEAD')).toBe('a.txt');
		expect(git('status', '--porcelain')).toBe('M mine.txt');
	});

	it('as a branch touches no checkout, and takes no name that is there already', async () => {
		const record = await raceOn({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		const branch: AdoptMode = { kind: 'branch', name: 'tidy' } as AdoptMode;
		await take(record, branch);
		expect(git('show', 'tidy:a.txt')).toBe('two');
		expect(read('a.txt')).toBe('one\n');
		await expect(take(record, branch)).rejects.toMatchObject({ code: 'refused' });
	});

	it('takes nothing of an entrant that is not there, or of a commit that no relay of this user kept', async () => {
		const record = await raceOn({ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' });
		await expect(take(record, FILES, 'nobody')).rejects.toThrow(/nobody/);
		const planted = git('commit-tree', git('write-tree'), '-p', 'HEAD', '-m', 'x');
		const forged = { ...record, entrants: record.entrants.map((one) => ({ ...one, commit: planted })) };
		git('update-ref', record.entrants[0]?.ref ?? '', planted);
		await expect(take(forged, FILES)).rejects.toMatchObject({ code: 'refused' });
		expect(read('a.txt')).toBe('one\n');
	});
});

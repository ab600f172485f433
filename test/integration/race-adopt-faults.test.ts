import {
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSessionId } from '../../src/core/ids.ts';
import { digestOf, writeJournal } from '../../src/edits/edit-journal.ts';
import { lookAt } from '../../src/edits/look-at-paths.ts';
import { undoSteps } from '../../src/edits/put-back.ts';
import { replaceFiles } from '../../src/edits/replace-files.ts';
import { adopt } from '../../src/race/adopt/adopt.ts';
import { type AdoptJournal, adoptPlace } from '../../src/race/adopt/adoption-journal.ts';
import type { RaceRecord } from '../../src/race/record/race-record.ts';
import { readRace } from '../../src/race/record/race-store.ts';
import { createRaceScene, type RaceScene } from '../helpers/race-scene.ts';

let scene: RaceScene;
afterEach(() => scene.remove());

const at = (path: string) => join(scene.repo, path);
const FILES = { kind: 'files', merge: false } as const;

function checkout(): Record<string, string> {
	const found: Record<string, string> = {};
	for (const path of readdirSync(scene.repo, { recursive: true, encoding: 'utf8' })) {
		if (/^\.(?:git|agent-relay)(?:\/|$)/.test(path)) continue;
		const facts = lstatSync(at(path));
		const content = facts.isFile()
			? readFileSync(at(path), 'utf8')
			: facts.isSymbolicLink()
				? readlinkSync(at(path))
				: '';
		found[path] = `${facts.mode} ${content}`;
	}
	return found;
}

/** New contents staged and a journal over them, as an adoption has it right before the first file is replaced. */
async function stagedAdoption() {
	scene = await createRaceScene({ 'a.txt': 'a\n', 'b/c.txt': 'c\n', 'gone/g.txt': 'g\n', was: 'a file\n' });
	const record = scene.race({
		claude: {
			'a.txt': 'A\n',
			'b/c.txt': 'C\n',
			'gone/g.txt': null,
			'new/n.txt': 'N\n',
			was: null,
			'was/now.txt': 'W\n',
		},
	});
	const folder = join(scene.deps.store.location.folder, 'sessions', record.id);
	const place = adoptPlace(folder);
	const fresh = { 'a.txt': 'A\n', 'b/c.txt': 'C\n', 'new/n.txt': 'N\n', 'was/now.txt': 'W\n' };
	for (const [path, content] of Object.entries(fresh)) scene.scratch.write(join(place.fresh, path), content);
	const step = (path: string, isGone = false) => ({
		path,
		stamp: lookAt(at(path)).stamp,
		digest: isGone ? null : digestOf(join(place.fresh, path)),
	});
	const journal: AdoptJournal = {
		schema_version: 1,
		entrant: 'claude',
		worktree: scene.repo,
		phase: 'writing',
		commit: null,
		made_folders: ['new', 'was'],
		steps: [
			step('gone/g.txt', true),
			step('was', true),
			step('a.txt'),
			step('b/c.txt'),
			step('new/n.txt'),
			step('was/now.txt'),
		],
	};
	return { record, place, journal };
}

const recovered = (record: RaceRecord) => adopt({ record, entrant: null, mode: FILES }, scene.deps);

describe('an adoption that is cut off', () => {
	it.each([0, 1, 2, 3, 4, 5, 6])(
		'after %i of 6 files is taken back by the next one, which then does it all',
		async (done) => {
			const { record, place, journal } = await stagedAdoption();
			const before = checkout();
			replaceFiles(place, { ...journal, steps: journal.steps.slice(0, done) });
			writeJournal(place, journal);
			expect(undoSteps(place, journal)).toEqual({ left: [] });
			expect(checkout()).toEqual(before);
			const result = await recovered(record);
			expect(result.notes.join()).toContain('was interrupted: its files were taken back');
			expect(result).toMatchObject({ status: 'adopted', already: [] });
			expect(readFileSync(at('was/now.txt'), 'utf8')).toBe('W\n');
			expect(existsSync(place.folder)).toBe(false);
		},
	);

	it('after its last file is noted as done', async () => {
		const { record, place, journal } = await stagedAdoption();
		replaceFiles(place, journal);
		const after = checkout();
		const result = await recovered(record);
		expect(result.notes.join()).toContain('interrupted after its last file: it is noted as done');
		expect(checkout()).toEqual(after);
		expect(readRace(parseSessionId(record.id)!, scene.deps.store).adopted).toHaveLength(2);
	});

	it('leaves a file alone that was changed since, names it, and keeps what stood there before', async () => {
		const { record, place, journal } = await stagedAdoption();
		replaceFiles(place, journal);
		writeJournal(place, journal);
		writeFileSync(at('a.txt'), 'my words since\n');
		await expect(recovered(record)).rejects.toThrow(/were changed since: a\.txt/);
		expect(readFileSync(at('a.txt'), 'utf8')).toBe('my words since\n');
		const kept = readdirSync(join(place.folder, 'old')).map((name) =>
			readFileSync(join(place.folder, 'old', name), 'utf8'),
		);
		expect(kept).toContain('a\n');
	});
});

describe('an adoption that fails midway', () => {
	it('because a file was changed meanwhile puts everything back, that file as it is now', async () => {
		const { place, journal } = await stagedAdoption();
		writeFileSync(at('b/c.txt'), 'my words since\n');
		const before = checkout();
		expect(() => replaceFiles(place, journal)).toThrow(
			/b\/c\.txt was changed while its replacement was being prepared/,
		);
		expect(checkout()).toEqual(before);
		expect(existsSync(place.journal)).toBe(false);
	});

	it('because something appeared where a file was to go puts everything back', async () => {
		const { place, journal } = await stagedAdoption();
		mkdirSync(at('new/n.txt/mine'), { recursive: true });
		const before = checkout();
		expect(() => replaceFiles(place, journal)).toThrow(/appeared in the folder new\/n\.txt/);
		expect(checkout()).toEqual(before);
	});

	it('because a new content vanished puts everything back', async () => {
		const { place, journal } = await stagedAdoption();
		renameSync(join(place.fresh, 'was/now.txt'), join(place.fresh, 'elsewhere'));
		const before = checkout();
		expect(() => replaceFiles(place, journal)).toThrow(/ENOENT/);
		expect(checkout()).toEqual(before);
	});
});

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSessionId } from '../../../src/core/ids.ts';
import { adopt } from '../../../src/race/adopt/adopt.ts';
import { adoptPlace } from '../../../src/race/adopt/adoption-journal.ts';
import { recoverAbandonedAdoption } from '../../../src/race/adopt/recover-adoption.ts';
import { readRace } from '../../../src/race/record/race-store.ts';
import { watchWrites } from '../../helpers/power-cuts.ts';
import { createRaceScene, type RaceScene, type Work } from '../../helpers/race-scene.ts';
import { fingerprint } from '../../helpers/scratch-repo.ts';

let scene: RaceScene;
afterEach(() => scene.remove());

const FILES = {
	'a.txt': 'a\n',
	'b/c.txt': 'c\n',
	'gone/g.txt': 'g\n',
	was: 'a file\n',
	'run.sh': '#!/bin/sh\n',
};
const WORK: Work = {
	'a.txt': 'A\n',
	'b/c.txt': 'C\n',
	'gone/g.txt': null,
	'new/n.txt': 'N\n',
	was: null,
	'was/now.txt': 'W\n',
	'run.sh': { program: '#!/bin/sh\nexit\n' },
	to: { link: 'a.txt' },
};

/** Byte for byte what revision 0e9a914 wrote for these files; only the checkout is another. */
const journalOf = (checkout: string) => `{
	"schema_version": 1,
	"entrant": "claude",
	"worktree": ${JSON.stringify(checkout)},
	"phase": "writing",
	"commit": null,
	"made_folders": [
		"new"
	],
	"steps": [
		{
			"path": "gone/g.txt",
			"stamp": "304577 2 1795915583386092085 33188",
			"digest": null
		},
		{
			"path": "was",
			"stamp": "304578 7 1795915583386155249 33188",
			"digest": null
		},
		{
			"path": "a.txt",
			"stamp": "304573 2 1795915583386092085 33188",
			"digest": "309c745e8397da822745f5d6650d69526169efbe221d5fb7ac94f52d43d5de2d"
		},
		{
			"path": "b/c.txt",
			"stamp": "304575 2 1795915583386092085 33188",
			"digest": "b80f574ca12a6a29a3b5cc44cc3085f7995a9477471edc6d269f4a5e4a1069d8"
		},
		{
			"path": "new/n.txt",
			"stamp": null,
			"digest": "1cbc2bc88581d0d0391388b19b54410f8fba881391918ca4c5792c7af68b5dbc"
		},
		{
			"path": "run.sh",
			"stamp": "304579 10 1795915583386168519 33188",
			"digest": "5f6808b0fe685e32e5efab9eaccc3a5190937f1d12e88188403146dca341f633"
		},
		{
			"path": "to",
			"stamp": null,
			"digest": "c6c8889f88c1a35fa6c03d7fae248078e6623cd05a2c25f996dffe5ee443f00b"
		},
		{
			"path": "was/now.txt",
			"stamp": null,
			"digest": "20125fd5188a2af62d1f408925dab60f49c7b86dec5af8f565177df70d7832e6"
		}
	]
}
`;

const at = (path: string) => join(scene.repo, path);

async function begin() {
	scene = await createRaceScene(FILES);
	const record = scene.race({ claude: WORK });
	const id = parseSessionId(record.id);
	if (id === null) throw new Error(`${record.id} is no id`);
	return { record, id, place: adoptPlace(scene.deps.store.folderOf(id)) };
}

/** The checkout's files, with neither times nor git's own. */
const checkout = () =>
	Object.fromEntries(
		Object.entries(fingerprint(scene.repo))
			.filter(([path]) => !/^\.(?:git|agent-relay)(?:\/|$)/.test(path))
			.map(([path, facts]) => [path, facts.replace(/ \d+ /, ' ')]),
	);

/** As that build was killed after `run.sh` was kept and before it was replaced; or, with `isLast`, after the last file. */
function leave(folder: string, { isLast }: { isLast: boolean }): void {
	const { write } = scene.scratch;
	write(join(folder, 'journal.json'), journalOf(scene.repo));
	const old = ['g\n', 'a file\n', 'a\n', 'c\n', null, '#!/bin/sh\n'];
	for (const [step, content] of old.entries())
		if (content !== null) write(join(folder, 'old', String(step)), content);
	for (const name of ['new/new', 'new/b', 'new/was']) mkdirSync(join(folder, name), { recursive: true });
	write(join(folder, 'scratch/index'), 'DIRC');
	rmSync(at('gone'), { recursive: true });
	rmSync(at('was'));
	for (const [path, content] of [
		['a.txt', 'A\n'],
		['b/c.txt', 'C\n'],
		['new/n.txt', 'N\n'],
	] as const)
		write(at(path), content);
	const put = isLast ? at : (path: string) => join(folder, 'new', path);
	write(put('run.sh'), '#!/bin/sh\nexit\n');
	chmodSync(put('run.sh'), 0o755);
	symlinkSync('a.txt', put('to'));
	write(put('was/now.txt'), 'W\n');
}

describe('an adoption that an earlier build left in the middle', () => {
	it.each([
		['between two files', false],
		['after its last file', true],
	])('%s is taken back', async (_, isLast) => {
		const { id, place } = await begin();
		const before = checkout();
		leave(place.folder, { isLast });
		expect(checkout()).not.toEqual(before);
		expect(await recoverAbandonedAdoption(id, scene.deps)).toBe(
			'An adoption of claude was interrupted: its files were taken back, all is as it was before.',
		);
		expect(checkout()).toEqual(before);
		expect(existsSync(place.folder)).toBe(false);
	});

	it('is taken back by the next adoption, which then does it all', async () => {
		const { record, place } = await begin();
		leave(place.folder, { isLast: false });
		const mode = { kind: 'files', merge: false } as const;
		const result = await adopt({ record, entrant: null, mode }, scene.deps);
		expect(result).toMatchObject({
			status: 'adopted',
			already: [],
			notes: [expect.stringContaining('its files were taken back')],
		});
		expect(readFileSync(at('was/now.txt'), 'utf8')).toBe('W\n');
	});

	it('is noted as done where all files were written', async () => {
		const { id, place } = await begin();
		leave(place.folder, { isLast: true });
		scene.scratch.write(place.journal, journalOf(scene.repo).replace('"writing"', '"written"'));
		const after = checkout();
		expect(await recoverAbandonedAdoption(id, scene.deps)).toContain('it is noted as done');
		expect(checkout()).toEqual(after);
		expect(readRace(id, scene.deps.store).adopted).toMatchObject([
			{ entrant: 'claude', commit: null, branch: null },
		]);
	});
});

describe('the journal of an adoption', () => {
	it('is written as earlier builds wrote it, so that they can take it back', async () => {
		const { record, place } = await begin();
		const watch = watchWrites([place.folder]);
		const mode = { kind: 'files', merge: false } as const;
		await adopt({ record, entrant: null, mode }, scene.deps).finally(() => watch.stop());
		const written = watch.moments
			.filter(({ call }) => call === `rename ${place.journal}`)
			.map(({ files }) => files.find(({ path }) => path === place.journal)?.bytes.toString());
		const withoutStamps = (text: string) => text.replace(/"stamp": "\d+ \d+ \d+ \d+"/g, '"stamp": "…"');
		// That build did not list a folder that comes for a file.
		const expected = withoutStamps(journalOf(scene.repo)).replace('"new"\n', '"new",\n\t\t"was"\n');
		expect(written.map((text) => withoutStamps(text ?? ''))).toEqual([
			expected,
			expected.replace('"writing"', '"written"'),
		]);
	});
});

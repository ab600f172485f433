import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { parseSessionId, type SessionId } from '../../../src/core/ids.ts';
import { writeJournal } from '../../../src/edits/edit-journal.ts';
import { createWorktrees } from '../../../src/git/worktrees/worktrees.ts';
import { adopt } from '../../../src/race/adopt/adopt.ts';
import type { AdoptDeps } from '../../../src/race/adopt/adopt-deps.ts';
import { type AdoptJournal, adoptPlace } from '../../../src/race/adopt/adoption-journal.ts';
import { recoverAbandonedAdoption } from '../../../src/race/adopt/recover-adoption.ts';
import { applyClean, planClean } from '../../../src/race/clean/clean.ts';
import { findRace } from '../../../src/race/find-race.ts';
import type { RaceRecord } from '../../../src/race/record/race-record.ts';
import { listRaces, racesIn, readRace } from '../../../src/race/record/race-store.ts';
import { createWitnesses } from '../../../src/sessions/witness/witness.ts';
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
		for (const ref of [id, 'latest', null])
			expect(() => findRace(ref, scene.deps.store)).toThrow(
				expect.objectContaining({ code: 'damaged_record', message: expect.stringContaining(path) }),
			);
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
		expect(racesIn(scene.deps.store).damaged.map(({ id }) => id)).toEqual([one.id]);
		expect(findRace(null, scene.deps.store).id).toBe(other.id);
		expect(() => findRace(one.id, scene.deps.store)).toThrow(
			expect.objectContaining({ code: 'damaged_record' }),
		);
	});
});

/** The same user, whose relay never began the race: it came with the repo. */
function asStranger(): AdoptDeps {
	const witness = createWitnesses(join(scene.scratch.root, 'no-witness'), systemClock).of;
	return { ...scene.deps, store: { ...scene.deps.store, witness } };
}

type Entrants = Record<'claude' | 'codex', RaceRecord['entrants'][number]>;

const FILES = { kind: 'files', merge: false } as const;

describe('a race that no relay of this user began', () => {
	it('is adopted from only when the user says so', async () => {
		const record = scene.race({ claude: { 'a.txt': 'A\n' } });
		const deps = asStranger();
		await expect(adopt({ record, entrant: null, mode: FILES }, deps)).rejects.toMatchObject({
			code: 'refused',
			hint: expect.stringContaining(`agent-relay race adopt claude --race ${record.id.slice(-6)} --here`),
		});
		expect(readFileSync(join(scene.repo, 'a.txt'), 'utf8')).toBe('a\n');
		const done = await adopt({ record, entrant: null, mode: FILES, isAccepted: true }, deps);
		expect(done.status).toBe('adopted');
		expect(readFileSync(join(scene.repo, 'a.txt'), 'utf8')).toBe('A\n');
	});

	it.each([
		[
			'names another commit',
			({ claude, codex }: Entrants) => ({ entrants: [{ ...claude, commit: codex.commit }] }),
		],
		[
			'names another base',
			({ claude, codex }: Entrants) => ({
				entrants: [claude],
				base: { commit: codex.commit ?? '', ref: null, is_snapshot: false },
			}),
		],
		[
			'names another entrant',
			({ claude }: Entrants) => ({ entrants: [{ ...claude, id: 'ours' }], winner: 'ours' }),
		],
	] as const)(
		'of this user that was changed, and %s, is adopted from only when he says so',
		async (_, change) => {
			const record = scene.race({ claude: { 'a.txt': 'A\n' }, codex: { 'a.txt': 'evil\n' } });
			const [claude, codex] = record.entrants;
			if (claude === undefined || codex === undefined) throw new Error('no entrants');
			const changed: RaceRecord = { ...record, ...change({ claude, codex }) };
			const { deps } = scene;
			await expect(adopt({ record: changed, entrant: null, mode: FILES }, deps)).rejects.toMatchObject({
				code: 'refused',
				message: expect.stringContaining('names other files'),
				hint: expect.stringMatching(/git diff .* --here$/),
			});
			expect(readFileSync(join(scene.repo, 'a.txt'), 'utf8')).toBe('a\n');
			expect((await adopt({ record, entrant: null, mode: FILES }, deps)).status).toBe('adopted');
			expect(readFileSync(join(scene.repo, 'a.txt'), 'utf8')).toBe('A\n');
		},
	);

	it('keeps its refs where the folder that it names is gone', async () => {
		const record = scene.race({ claude: { 'a.txt': 'A\n' } }, {});
		const id = parseSessionId(record.id);
		if (id === null) throw new Error('no id');
		const worktreesFolder = join(scene.scratch.root, 'worktrees');
		const folder = join(worktreesFolder, `repo-${id}`);
		const path = join(scene.deps.store.folderOf(id), 'race.json');
		const entrants = record.entrants.map((one) => ({ ...one, worktree: join(folder, one.id) }));
		writeFileSync(path, JSON.stringify({ ...record, folder, entrants } satisfies RaceRecord));
		const { git, repo, env } = scene.deps;
		const worktrees = createWorktrees({
			repo,
			git,
			scratchFolder: join(scene.scratch.root, 'scratch'),
			clock: systemClock,
		});
		const depsOf = ({ store }: AdoptDeps) => ({
			relay: { store, repo, env: env as Record<string, string> },
			worktrees,
			worktreesFolder,
		});
		const refs = () => scene.scratch.sh(scene.repo, 'for-each-ref', 'refs/agent-relay').trim();
		const plan = await planClean(id, depsOf(asStranger()));
		expect(plan.refusals.join()).toContain(`No witness says that race ${id.slice(-6)} is yours`);
		await expect(applyClean(plan, depsOf(asStranger()))).rejects.toMatchObject({ code: 'refused' });
		expect(refs()).not.toBe('');
		const own = await planClean(id, depsOf(scene.deps));
		expect(own.refusals).toEqual([]);
		await applyClean(own, depsOf(scene.deps));
		expect(refs()).toBe('');
	});
});

describe('the journal of an adoption that others wrote', () => {
	/** What an adoption that replaced one file by another, and died, leaves: `old/0` is what stood there. */
	function plant(change: Partial<AdoptJournal>, path = 'a.txt'): SessionId {
		const { id } = made();
		const place = adoptPlace(scene.deps.store.folderOf(id));
		mkdirSync(join(place.folder, 'old'), { recursive: true });
		writeFileSync(join(place.folder, 'old', '0'), 'planted\n');
		writeJournal(place, {
			schema_version: 1,
			entrant: 'claude',
			worktree: scene.repo,
			phase: 'writing',
			commit: null,
			made_folders: [],
			steps: [{ path, stamp: '1 1 1 1', digest: null }],
			...change,
		});
		return id;
	}
	const outside = () => join(scene.scratch.root, 'outside');
	beforeEach(() => mkdirSync(outside()));

	it('is not followed where no relay of this user began the race', async () => {
		const id = plant({ worktree: outside() }, 'planted.txt');
		expect(await recoverAbandonedAdoption(id, asStranger())).toBeNull();
		expect(existsSync(join(outside(), 'planted.txt'))).toBe(false);
	});

	it('is not followed into a folder that is no worktree of the repo', async () => {
		const id = plant({ worktree: outside() }, 'planted.txt');
		await expect(recoverAbandonedAdoption(id, scene.deps)).rejects.toMatchObject({
			code: 'damaged_record',
			message: expect.stringContaining('not a worktree of this repo'),
		});
		expect(existsSync(join(outside(), 'planted.txt'))).toBe(false);
	});

	it.each([
		'../outside/planted.txt',
		'link/planted.txt',
		'.git/hooks/planted.txt',
		'.GIT/hooks/planted.txt',
		'.agent-relay/sessions/planted.txt',
	])('takes back nothing at %s', async (path) => {
		symlinkSync(outside(), join(scene.repo, 'link'));
		const id = plant({ made_folders: ['link/empty', '../outside/empty'] }, path);
		mkdirSync(join(outside(), 'empty'));
		await expect(recoverAbandonedAdoption(id, scene.deps)).rejects.toMatchObject({ code: 'refused' });
		expect(existsSync(join(scene.repo, path))).toBe(false);
		expect(existsSync(join(outside(), 'empty'))).toBe(true);
	});

	it('takes nothing from where a link stands in place of the kept files', async () => {
		const id = plant({}, 'b.txt');
		const { folder } = adoptPlace(scene.deps.store.folderOf(id));
		writeFileSync(join(outside(), '0'), 'of the user\n');
		rmSync(join(folder, 'old'), { recursive: true });
		symlinkSync(outside(), join(folder, 'old'));
		await expect(recoverAbandonedAdoption(id, scene.deps)).rejects.toMatchObject({ code: 'damaged_record' });
		expect(existsSync(join(outside(), '0'))).toBe(true);
	});

	it('is followed where all that it names is of this repo, as one that a crash left', async () => {
		const id = plant({}, 'b.txt');
		expect(await recoverAbandonedAdoption(id, scene.deps)).toContain('taken back');
		expect(readFileSync(join(scene.repo, 'b.txt'), 'utf8')).toBe('planted\n');
	});
});

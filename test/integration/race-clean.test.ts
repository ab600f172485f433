import { type ChildProcess, spawn } from 'node:child_process';
import {
	closeSync,
	cpSync,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedChanges } from '../../src/git/worktrees/shared-changes.ts';
import { applyClean } from '../../src/race/clean/clean.ts';
import { lockReason } from '../../src/race/record/owner-file.ts';
import type { EntrantRecord } from '../../src/race/record/race-record.ts';
import { readRace } from '../../src/race/record/race-store.ts';
import {
	type EndedRace,
	endedRace,
	expectFinishedClean,
	expectNoTraceOfRaces,
	stateOf,
	withoutObjects,
} from '../helpers/ended-race.ts';
import { fakeEntrant } from '../helpers/fake-entrant.ts';
import { createScratch, fingerprint, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;
let children: ChildProcess[];
beforeEach(() => {
	scratch = createScratch();
	children = [];
});
afterEach(async () => {
	await Promise.all(children.map(endChild));
	scratch.remove();
});

async function endChild(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	await new Promise((resolve) => {
		child.once('close', resolve);
		child.kill('SIGKILL');
	});
}

const refusalsOf = async (race: EndedRace, entrant = 'claude') => {
	const plan = await race.plan();
	return plan.entrants.find(({ id }) => id === entrant)?.refusals.join('; ') ?? plan.refusals.join('; ');
};

describe('the plan of a clean', () => {
	it('lists for each entrant what would go, and changes nothing', async () => {
		const race = await endedRace(
			scratch,
			scratch.repo('r', { 'a.txt': 'a\n', '.gitignore': 'node_modules/\n*.log\n' }),
		);
		for (const name of ['x/1.js', 'x/2.js', 'y.js'])
			scratch.write(join(race.path('claude'), 'node_modules', name), '');
		scratch.write(join(race.path('claude'), 'npm.log'), '');
		race.change((record) => ({
			...record,
			adopted: [{ entrant: 'codex', at: record.created_at, commit: null, branch: null }],
		}));
		const everything = () => [
			withoutObjects(fingerprint(join(race.repo, '.git'))),
			fingerprint(race.deps.relay.store.location.folder),
			fingerprint(join(scratch.root, 'data')),
		];
		const before = everything();
		const plan = await race.plan();
		expect(everything()).toEqual(before);
		expect(plan).toMatchObject({ race: race.id, isCleaned: false, refusals: [], hint: null });
		expect(plan.entrants).toEqual([
			{
				id: 'claude',
				worktree: race.path('claude'),
				standing: 'there',
				isRecorded: true,
				files: 7,
				ignored: {
					count: 4,
					top: [
						{ path: 'node_modules/', count: 3 },
						{ path: 'npm.log', count: 1 },
					],
				},
				refs: [race.ref('claude')],
				isAdopted: false,
				hasWork: true,
				notes: [],
				refusals: [],
			},
			expect.objectContaining({ id: 'codex', isAdopted: true, files: 3, refusals: [] }),
		]);
	});

	it('refuses a worktree whose files changed after they were kept', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		writeFileSync(join(race.path('claude'), 'work.txt'), 'better\n');
		scratch.write(join(race.path('claude'), 'more.txt'), 'x');
		rmSync(join(race.path('claude'), 'a.txt'));
		expect(await refusalsOf(race)).toBe('3 files changed after its work was kept: a.txt, more.txt, work.txt');
		expect(await refusalsOf(race, 'codex')).toBe('');
	});

	it('takes what the checks left for kept when it has a ref of its own', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		scratch.write(join(race.path('claude'), 'coverage', 'report'), 'x');
		const { worktrees } = race.deps;
		const parents = [await worktrees.resolveCommit(race.ref('claude'))];
		const after = await worktrees.commitFiles(race.path('claude'), { parents, message: 'after checks' });
		await worktrees.setRef(`${race.ref('claude')}+checks`, after.commit);
		expect(await refusalsOf(race)).toBe('');
		expect((await race.plan()).entrants[0]?.refs).toEqual([
			race.ref('claude'),
			`${race.ref('claude')}+checks`,
		]);
	});

	it('refuses a HEAD with commits that no ref has, and not one whose commits are on a branch', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		scratch.sh(race.path('claude'), 'add', '-A');
		scratch.sh(race.path('claude'), 'commit', '-q', '-m', 'later');
		expect(await refusalsOf(race)).toBe('its HEAD has 1 commit that no ref has');
		scratch.sh(race.path('claude'), 'branch', 'saved');
		expect(await refusalsOf(race)).toBe('');
	});

	it('knows the commits of an entrant whose worktree is gone', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		scratch.sh(race.path('claude'), 'add', '-A');
		scratch.sh(race.path('claude'), 'commit', '-q', '-m', 'later');
		rmSync(race.path('claude'), { recursive: true });
		expect(await refusalsOf(race)).toBe('its HEAD has 1 commit that no ref has');
	});

	it('says that commits which an entrant left again would go', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		scratch.sh(race.path('claude'), 'commit', '-q', '--allow-empty', '-m', 'left');
		scratch.sh(race.path('claude'), 'reset', '-q', '--soft', 'HEAD~1');
		const [entrant] = (await race.plan()).entrants;
		expect(entrant).toMatchObject({ refusals: [], notes: ['1 commit that it made and left again would go'] });
	});

	it('keeps commits that an entrant made, since its ref has them', async () => {
		const race = await endedRace(scratch, scratch.repo('r'), ['claude'], (worktree) => {
			scratch.sh(worktree, 'commit', '-q', '--allow-empty', '-m', 'mine');
			scratch.write(join(worktree, 'work.txt'), 'x');
		});
		expect(await refusalsOf(race)).toBe('');
	});

	it('refuses an entrant that did not finish and has work, and offers to resume', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		await race.deps.worktrees.dropRef(race.ref('claude'));
		race.change((record) => ({
			...record,
			state: 'running',
			entrants: record.entrants.map((entrant) =>
				entrant.id === 'claude' ? { ...entrant, state: 'working', commit: null, tree: null } : entrant,
			),
		}));
		const plan = await race.plan();
		expect(plan.entrants[0]?.refusals).toEqual(['1 file in no ref, it was not finished: work.txt']);
		expect(plan.hint).toBe(`Finish it first: agent-relay race resume ${race.id}`);
		rmSync(join(race.path('claude'), 'work.txt'));
		expect(await refusalsOf(race)).toBe('');
	});

	it('refuses work whose ref somebody deleted', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		scratch.sh(race.repo, 'update-ref', '-d', race.ref('claude'));
		expect(await refusalsOf(race)).toBe('1 file in no ref: work.txt');
	});

	it('refuses a repo inside with work of its own, ignored or not, and takes a clean clone', async () => {
		const library = scratch.repo('library');
		const race = await endedRace(
			scratch,
			scratch.repo('r', { '.gitignore': 'vendor/\n' }),
			['claude'],
			(worktree) => {
				scratch.sh(worktree, 'clone', '-q', library, 'clone');
				scratch.sh(worktree, 'clone', '-q', library, 'vendor/lib');
			},
		);
		expect(await refusalsOf(race)).toBe('');
		const inside = join(race.path('claude'), 'vendor', 'lib');
		scratch.write(join(inside, 'new.txt'), 'x');
		expect(await refusalsOf(race)).toBe('vendor/lib: 1 changed file in a repo of its own, nowhere else');
		rmSync(join(inside, 'new.txt'));
		scratch.sh(inside, 'commit', '-q', '--allow-empty', '-m', 'own');
		expect(await refusalsOf(race)).toBe('vendor/lib: 1 commit in a repo of its own, nowhere else');
		scratch.sh(inside, 'reset', '-q', '--hard', 'origin/main');
		scratch.sh(race.path('claude'), 'init', '-q', 'fresh');
		expect(await refusalsOf(race)).toBe(
			'fresh: a repo of its own that has no commit or cannot be read, nowhere else',
		);
	});

	it('refuses a repo that was made in place of the link to ours', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		rmSync(join(race.path('claude'), '.git'));
		scratch.sh(race.path('claude'), 'init', '-q');
		scratch.sh(race.path('claude'), 'commit', '-q', '--allow-empty', '-m', 'own');
		expect(await refusalsOf(race)).toBe('.: 1 commit and 2 changed files in a repo of its own, nowhere else');
	});

	it.runIf(process.platform === 'linux')(
		'refuses a worktree that a process works in, or has a file of open',
		async () => {
			const race = await endedRace(scratch, scratch.repo('r'));
			mkdirSync(join(race.path('claude'), 'empty'));
			const sleeper = spawn('sleep', ['600'], { cwd: join(race.path('claude'), 'empty'), stdio: 'ignore' });
			children.push(sleeper);
			const file = openSync(join(race.path('codex'), 'work.txt'), 'r');
			try {
				expect(await refusalsOf(race)).toMatch(new RegExp(`^process ${sleeper.pid} \\(.+\\) works in it$`));
				expect(await refusalsOf(race, 'codex')).toMatch(
					new RegExp(`^process ${process.pid} \\(.+\\) has a file open in it$`),
				);
			} finally {
				closeSync(file);
			}
			const result = await race.clean();
			expect(result).toMatchObject({ removed: ['codex'], refs: [], kept: [{ id: 'claude' }] });
			expect(existsSync(race.path('claude'))).toBe(true);
			await endChild(sleeper);
			expect(await race.clean()).toMatchObject({
				removed: ['claude'],
				kept: [],
				record: { state: 'cleaned' },
			});
		},
	);

	it('refuses a race that still runs', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		const plan = await race.plan();
		const session = race.deps.relay.store.open(race.id);
		expect((await race.plan()).refusals.join()).toMatch(/still running/);
		await expect(applyClean(plan, race.deps)).rejects.toMatchObject({ code: 'session_locked' });
		session.release();
		expect(existsSync(race.path('claude'))).toBe(true);
	});
});

describe('the marks of a race', () => {
	it.each<[string, (race: EndedRace) => void, RegExp]>([
		['no marker', (race) => rmSync(join(race.folder, 'owner.json')), /owner\.json is missing/],
		['a damaged marker', (race) => writeFileSync(join(race.folder, 'owner.json'), '{'), /damaged/],
		[
			'a marker behind a link',
			(race) => {
				renameSync(join(race.folder, 'owner.json'), join(scratch.root, 'elsewhere.json'));
				symlinkSync(join(scratch.root, 'elsewhere.json'), join(race.folder, 'owner.json'));
			},
			/symbolic link/,
		],
		[
			'the marker of another race',
			(race) => rewriteOwner(race, /"race": "[^"]+"/, '"race": "01ARZ3NDEKTSV4RRFFQ69G5FAV"'),
			/names another race/,
		],
		[
			'the marker of another repo',
			(race) => rewriteOwner(race, /"common_dir": "[^"]+"/, '"common_dir": "/elsewhere/.git"'),
			/names another repo/,
		],
		[
			'a folder that is a link',
			(race) => {
				renameSync(race.folder, join(scratch.root, 'moved'));
				symlinkSync(join(scratch.root, 'moved'), race.folder);
			},
			/is a link or a file/,
		],
		[
			'a stranger in the folder',
			(race) => writeFileSync(join(race.folder, 'notes.txt'), 'mine'),
			/notes\.txt/,
		],
	])('with %s nothing is removed', async (_what, spoil, message) => {
		const race = await endedRace(scratch, scratch.repo('r'));
		const plan = await race.plan();
		spoil(race);
		const before = [fingerprint(race.folder), scratch.sh(race.repo, 'for-each-ref')];
		expect((await race.plan()).refusals.join()).toMatch(message);
		await expect(applyClean(plan, race.deps)).rejects.toMatchObject({ code: 'refused', message });
		expect([fingerprint(race.folder), scratch.sh(race.repo, 'for-each-ref')]).toEqual(before);
	});

	it('hold against a record that was planted to lead elsewhere', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		const victim = join(scratch.root, `victim-${race.id}`);
		cpSync(race.folder, victim, { recursive: true });
		const [claude] = readRace(race.id, race.deps.relay.store).entrants;
		const plant = (entrant: Partial<EntrantRecord>, folder = race.folder) =>
			race.change((record) => ({
				...record,
				folder,
				entrants: [{ ...(claude ?? fakeEntrant('claude')), ...entrant }],
			}));
		plant({ worktree: join(victim, 'claude') }, victim);
		expect((await race.plan()).refusals.join()).toMatch(/is not a folder of this race.s worktrees/);
		plant({ worktree: victim });
		expect((await race.plan()).refusals.join()).toMatch(/holds what is not the race's: codex/);
		await race.deps.worktrees.remove({ path: race.path('codex'), reason: lockReason(race.id, 'codex') });
		for (const entrant of [{ worktree: victim }, { ref: 'refs/heads/main' }]) {
			plant(entrant);
			expect(await refusalsOf(race)).toBe('its record names a place that is not its own');
			expect((await race.clean()).kept).toHaveLength(1);
		}
		expect(existsSync(join(victim, 'claude', 'work.txt')) && existsSync(race.path('claude'))).toBe(true);
	});

	it('do not cover a worktree that the user locked, or a link in its place', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		scratch.sh(race.repo, 'worktree', 'unlock', race.path('claude'));
		scratch.sh(race.repo, 'worktree', 'lock', '--reason', 'I need it', race.path('claude'));
		expect(await refusalsOf(race)).toMatch(/locked for another reason/);
		const target = join(scratch.root, 'target');
		renameSync(race.path('codex'), target);
		symlinkSync(target, race.path('codex'));
		expect(await refusalsOf(race, 'codex')).toMatch(/a link or a file/);
		await race.clean();
		expect(existsSync(join(target, 'work.txt')) && existsSync(race.path('claude'))).toBe(true);
	});
});

function rewriteOwner(race: EndedRace, from: RegExp, to: string): void {
	const path = join(race.folder, 'owner.json');
	const text = readFileSync(path, 'utf8');
	expect(text).toMatch(from);
	writeFileSync(path, text.replace(from, to));
}

describe('a clean', () => {
	it('leaves the repo as it was before the race, and keeps the records', async () => {
		const repo = scratch.repo('r', { 'a.txt': 'a\n', 'b.txt': 'b\n' });
		scratch.write(join(repo, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\n');
		writeFileSync(join(repo, 'a.txt'), 'stashed\n');
		scratch.sh(repo, 'stash');
		scratch.sh(repo, 'worktree', 'add', '-q', '-b', 'mine', join(scratch.root, 'mine'));
		writeFileSync(join(repo, 'b.txt'), 'dirty\n');
		scratch.sh(repo, 'add', 'b.txt');
		writeFileSync(join(repo, 'a.txt'), 'dirty\n');
		const first = await endedRace(scratch, repo);
		await first.clean();
		const before = stateOf(scratch, repo);
		const shared = await first.deps.worktrees.sharedParts();
		const race = await endedRace(scratch, repo);
		expect(sharedChanges(shared, await first.deps.worktrees.sharedParts())).toEqual([]);
		expect(await race.clean()).toMatchObject({
			removed: ['claude', 'codex'],
			kept: [],
			refs: [race.ref('claude'), race.ref('codex')],
			record: { state: 'cleaned' },
		});
		expect(stateOf(scratch, repo)).toEqual(before);
		expect(readdirSync(race.deps.worktreesFolder)).toEqual([]);
		expect(await race.plan()).toMatchObject({ isCleaned: true, entrants: [], refusals: [] });
		expect(await race.clean()).toMatchObject({ removed: [], kept: [] });
		expect(race.deps.relay.store.read(race.id).objective).toBe('tidy up');
	});

	// At every step in test/crash/race-clean.test.ts.
	it('finishes what an earlier one began, when that one died in mid-work', () =>
		expectFinishedClean(scratch, [2, 9]));

	it('takes a worktree that git forgot, by the marker alone', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		scratch.sh(race.repo, 'worktree', 'unlock', race.path('claude'));
		rmSync(join(race.repo, '.git', 'worktrees', 'claude'), { recursive: true });
		writeFileSync(join(race.path('claude'), 'work.txt'), 'changed');
		expect(await refusalsOf(race)).toBe('1 file changed after its work was kept: work.txt');
		writeFileSync(join(race.path('claude'), 'work.txt'), 'claude');
		expect(await race.clean()).toMatchObject({ removed: ['claude', 'codex'], kept: [] });
		expect(existsSync(race.folder)).toBe(false);
	});

	it('works where the data folder is reached through a link', async () => {
		mkdirSync(join(scratch.root, 'disk'));
		symlinkSync(join(scratch.root, 'disk'), join(scratch.root, 'data'));
		const race = await endedRace(scratch, scratch.repo('r'));
		expect(await race.clean()).toMatchObject({ removed: ['claude', 'codex'], kept: [] });
		expect(scratch.sh(race.repo, 'worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
	});

	it('judges each worktree again right before it goes', async () => {
		const race = await endedRace(scratch, scratch.repo('r'));
		const plan = await race.plan();
		writeFileSync(join(race.path('codex'), 'work.txt'), 'changed meanwhile');
		const result = await applyClean(plan, race.deps);
		expect(result).toMatchObject({ removed: ['claude'], kept: [{ id: 'codex' }], refs: [] });
		expect(scratch.sh(race.repo, 'for-each-ref', 'refs/agent-relay')).toContain(race.ref('claude'));
		expect(readFileSync(join(race.path('codex'), 'work.txt'), 'utf8')).toBe('changed meanwhile');
	});

	// Many more in test/crash/race-clean.test.ts.
	it('leaves nothing behind after some races in a row', () => expectNoTraceOfRaces(scratch, 3));
});

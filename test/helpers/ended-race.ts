/** A race that has ended, with what its clean decides on, and cleans that were cut off. */
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createSessionIds, type SessionId } from '../../src/core/ids.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import { createWorktrees } from '../../src/git/worktrees/worktrees.ts';
import { applyClean, planClean } from '../../src/race/clean/clean.ts';
import type { CleanDeps } from '../../src/race/clean/clean-plan.ts';
import { lockReason, writeOwner } from '../../src/race/record/owner-file.ts';
import type { EntrantRecord, RaceRecord } from '../../src/race/record/race-record.ts';
import { updateRace, writeRace } from '../../src/race/record/race-store.ts';
import { locateStore } from '../../src/sessions/files/store-location.ts';
import { createSessionStore, type OpenSession } from '../../src/sessions/store/session-store.ts';
import { createWitnesses } from '../../src/sessions/witness/witness.ts';
import { fakeEntrant } from './fake-entrant.ts';
import { raceRecord } from './race-record.ts';
import { fingerprint, type Scratch } from './scratch-repo.ts';

export interface EndedRace {
	id: SessionId;
	repo: string;
	folder: string;
	deps: CleanDeps;
	path(entrant: string): string;
	ref(entrant: string): string;
	plan(): ReturnType<typeof planClean>;
	/** Plans and applies. */
	clean(): ReturnType<typeof applyClean>;
	change(change: (record: RaceRecord) => RaceRecord): void;
}

async function depsOf(scratch: Scratch, repo: string): Promise<CleanDeps> {
	const facts = await findRepo(repo, scratch.git);
	const store = createSessionStore({
		location: locateStore(facts, { stateHome: join(scratch.root, 'state') }),
		clock: systemClock,
		ids: createSessionIds(systemClock.now),
		processes: createProcessTable(),
		relayVersion: '0.0.0',
		witnesses: createWitnesses(join(scratch.root, 'state', 'witness'), systemClock),
	});
	const worktrees = createWorktrees({
		repo: facts,
		git: scratch.git,
		scratchFolder: join(scratch.root, 'scratch'),
		clock: systemClock,
	});
	const worktreesFolder = join(scratch.root, 'data', 'worktrees');
	return { relay: { store, repo: facts, env: scratch.env }, worktrees, worktreesFolder };
}

/** A race in which every entrant wrote `work.txt` with its name, and was kept. */
export async function endedRace(
	scratch: Scratch,
	repo: string,
	names: readonly string[] = ['claude', 'codex'],
	work: (worktree: string, name: string) => void = (worktree, name) =>
		scratch.write(join(worktree, 'work.txt'), name),
): Promise<EndedRace> {
	const deps = await depsOf(scratch, repo);
	const { worktrees, worktreesFolder, relay } = deps;
	const session = relay.store.create({ kind: 'race', objective: 'tidy up' });
	const folder = join(worktreesFolder, `r-${session.id}`);
	const base = await worktrees.resolveCommit('HEAD');
	writeMarker(session, folder, deps);
	const entrants: EntrantRecord[] = [];
	for (const name of names) {
		const worktree = join(folder, name);
		const ref = `refs/agent-relay/race/${session.id}/${name}`;
		await worktrees.add({ path: worktree, commit: base, reason: lockReason(session.id, name) });
		work(worktree, name);
		const { commit: head } = await worktrees.headOf(worktree);
		const kept = await worktrees.commitFiles(worktree, { parents: [head ?? base], message: 'kept' });
		await worktrees.setRef(ref, kept.commit);
		entrants.push(fakeEntrant(name, { worktree, ref, commit: kept.commit, tree: kept.tree }));
	}
	writeRace(session, { before: null, after: raceRecord(session.id, base, { folder, entrants }) });
	session.release();
	const plan = () => planClean(session.id, deps);
	return {
		id: session.id,
		repo,
		folder,
		deps,
		path: (entrant) => join(folder, entrant),
		ref: (entrant) => `refs/agent-relay/race/${session.id}/${entrant}`,
		plan,
		clean: async () => applyClean(await plan(), deps),
		change: (change) => {
			const open = relay.store.open(session.id);
			updateRace(open, change);
			open.release();
		},
	};
}

function writeMarker(session: OpenSession, folder: string, { relay }: CleanDeps): void {
	writeOwner(folder, {
		schema_version: 1,
		race: session.id,
		repo_root: relay.repo.root,
		common_dir: relay.repo.commonDir ?? '',
		store: relay.store.location.folder,
		created_at: '2026-11-21T10:00:00.000Z',
	});
}

export const withoutObjects = (all: Record<string, string>) =>
	Object.fromEntries(Object.entries(all).filter(([path]) => !path.startsWith('objects/')));

/** All that a user could notice in the repo, without its objects; times of folders are left out. */
export const stateOf = (scratch: Scratch, repo: string) => ({
	files: Object.entries(withoutObjects(fingerprint(join(repo, '.git')))).map(([path, facts]) =>
		facts.endsWith(' ') ? path : `${path} ${facts}`,
	),
	status: scratch.sh(repo, '--no-optional-locks', 'status', '--porcelain'),
	worktrees: scratch.sh(repo, 'worktree', 'list', '--porcelain'),
	stash: scratch.sh(repo, 'stash', 'list'),
	refs: scratch.sh(repo, 'for-each-ref'),
});

/** What a clean does, one after the other, when nothing cuts it off. */
function stepsOfClean(repo: string) {
	const record = (name: string) => join(repo, '.git', 'worktrees', name);
	const steps: Array<(race: EndedRace) => Promise<void> | void> = [
		(race) => renameSync(race.path('claude'), join(race.folder, '.removing-claude')),
		(race) => rmSync(join(race.folder, '.removing-claude', 'work.txt')),
		(race) => rmSync(join(race.folder, '.removing-claude'), { recursive: true }),
		() => rmSync(join(record('claude'), 'HEAD')),
		() => rmSync(join(record('claude'), 'gitdir')),
		() => rmSync(record('claude'), { recursive: true }),
		(race) => race.deps.worktrees.remove({ path: race.path('codex'), reason: lockReason(race.id, 'codex') }),
		(race) => writeFileSync(join(race.folder, '.owner.json.1-abcdef.tmp'), '{'),
		(race) => rmSync(join(race.folder, '.owner.json.1-abcdef.tmp')),
		(race) => rmSync(join(race.folder, 'owner.json')),
		(race) => rmSync(race.folder, { recursive: true }),
		(race) => race.deps.worktrees.dropRef(race.ref('claude')),
		(race) => race.deps.worktrees.dropRef(race.ref('codex')),
	];
	return steps;
}

/** How many steps a clean has in which it can be cut off. */
export const CLEAN_STEPS = stepsOfClean('').length;

/** A clean finishes what an earlier one began that died after so many of its steps. */
export async function expectFinishedClean(scratch: Scratch, stepsDone: readonly number[]): Promise<void> {
	const repo = scratch.repo('r');
	const empty = stateOf(scratch, repo);
	const steps = stepsOfClean(repo);
	for (const count of stepsDone) {
		const race = await endedRace(scratch, repo);
		for (const step of steps.slice(0, count)) await step(race);
		expect(await race.clean(), `after step ${count}`).toMatchObject({
			kept: [],
			record: { state: 'cleaned' },
		});
		expect(existsSync(race.folder)).toBe(false);
		expect(stateOf(scratch, repo)).toEqual(empty);
	}
}

/** So many races in a row, each cleaned, leave nothing behind. */
export async function expectNoTraceOfRaces(scratch: Scratch, count: number): Promise<void> {
	const repo = scratch.repo('r');
	const before = stateOf(scratch, repo);
	for (let i = 0; i < count; i++) await (await endedRace(scratch, repo, ['claude'])).clean();
	expect(stateOf(scratch, repo)).toEqual(before);
	expect(readdirSync(join(scratch.root, 'data', 'worktrees'))).toEqual([]);
}

/** A repo with a race on record whose entrants' files are given by hand: what stands on records can be tested without agents. */
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { createSessionIds } from '../../src/core/ids.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import type { AdoptDeps } from '../../src/race/adopt/adopt-deps.ts';
import type { RaceRecord } from '../../src/race/record/race-record.ts';
import { writeRace } from '../../src/race/record/race-store.ts';
import { locateStore } from '../../src/sessions/files/store-location.ts';
import { createSessionStore } from '../../src/sessions/store/session-store.ts';
import { createWitnesses } from '../../src/sessions/witness/witness.ts';
import { fakeEntrant } from './fake-entrant.ts';
import { raceRecord } from './race-record.ts';
import { createScratch, type Scratch } from './scratch-repo.ts';

/** What an entrant does to a path: new content, a program, a link, or null to take it away. */
export type Work = Record<string, string | Buffer | null | { link: string } | { program: string }>;

export interface RaceScene {
	scratch: Scratch;
	repo: string;
	deps: AdoptDeps;
	/** A race whose entrants did `work` on the commit that HEAD is at. */
	race(work: Record<string, Work>, change?: Partial<RaceRecord>): RaceRecord;
	remove(): void;
}

export async function createRaceScene(files: Record<string, string | Buffer>): Promise<RaceScene> {
	const scratch = createScratch();
	const repo = scratch.repo('main', files);
	const facts = await findRepo(repo, scratch.git);
	// Where the program itself looks, for tests that start it.
	const stateHome = join(scratch.root, 'home/.local/state/agent-relay');
	const store = createSessionStore({
		location: locateStore(facts, { stateHome }),
		clock: systemClock,
		ids: createSessionIds(systemClock.now),
		processes: createProcessTable(),
		relayVersion: '0.0.0',
		witnesses: createWitnesses(join(stateHome, 'witness'), systemClock),
	});
	const deps: AdoptDeps = { git: scratch.git, repo: facts, store, clock: systemClock, env: scratch.env };
	return {
		scratch,
		repo,
		deps,
		race: (work, change = {}) => makeRace(scratch, repo, deps, work, change),
		remove: scratch.remove,
	};
}

function makeRace(
	scratch: Scratch,
	repo: string,
	deps: AdoptDeps,
	work: Record<string, Work>,
	change: Partial<RaceRecord>,
): RaceRecord {
	const base = scratch.sh(repo, 'rev-parse', 'HEAD').trim();
	const session = deps.store.create({ kind: 'race', objective: 'tidy up' });
	const folder = join(scratch.root, 'worktrees', session.id);
	const entrants = Object.entries(work).map(([id, edits], i) => {
		const worktree = join(folder, id);
		scratch.sh(repo, 'worktree', 'add', '-q', '--detach', worktree, base);
		doWork(scratch, worktree, edits);
		scratch.sh(worktree, 'add', '-A');
		const tree = scratch.sh(worktree, 'write-tree').trim();
		const commit = scratch.sh(worktree, 'commit-tree', tree, '-p', base, '-m', 'work').trim();
		const ref = `refs/agent-relay/race/${session.id}/${id}`;
		scratch.sh(repo, 'update-ref', ref, commit);
		scratch.sh(repo, 'worktree', 'remove', '--force', worktree);
		return fakeEntrant(id, { worktree, ref, tree, commit, work_ms: 1000 * (i + 1) });
	});
	const record = raceRecord(session.id, base, {
		folder,
		entrants,
		winner: entrants[0]?.id ?? null,
		...change,
	});
	writeRace(session, { before: null, after: record });
	for (const { id, commit } of entrants)
		session.witness.add({ kind: 'kept', turn: 0, words: `${id} ${base} ${commit}` });
	session.release();
	return record;
}

function doWork(scratch: Scratch, worktree: string, edits: Work): void {
	for (const [path, content] of Object.entries(edits)) {
		const full = join(worktree, path);
		if (content === null) {
			rmSync(full, { recursive: true });
			continue;
		}
		rmSync(full, { force: true, recursive: true });
		if (typeof content === 'string' || Buffer.isBuffer(content)) scratch.write(full, content);
		else if ('link' in content) {
			mkdirSync(dirname(full), { recursive: true });
			symlinkSync(content.link, full);
		} else {
			scratch.write(full, content.program);
			chmodSync(full, 0o755);
		}
	}
}

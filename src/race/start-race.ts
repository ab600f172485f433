/** A new race: everything that can be wrong is said before anything is created. */
import { rmSync } from 'node:fs';
import { basename, isAbsolute, join, sep } from 'node:path';
import type { PermissionPreset } from '../agents/agent-adapter.ts';
import { toIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { realFolder } from '../core/files/real-path.ts';
import { recordedFolder } from '../git/repo/start-folder.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import { withPolicy } from '../relay/ports.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import type { Race, RaceDeps, RaceRequest } from './race-contract.ts';
import { entrantIds, slug } from './record/entrant-ids.ts';
import { claimPlace, keepBase, raceRef } from './record/race-claim.ts';
import {
	type EntrantRecord,
	RACE_RECORD_VERSION,
	type RaceRecord,
	termsToOptions,
} from './record/race-record.ts';
import { writeRace } from './record/race-store.ts';
import { freshChecks } from './run/run-entrant.ts';
import { holdRace } from './run/run-race.ts';
import { checkRequest, obstacles, refuseDirty, refuseNobody, requireCommit } from './validate-request.ts';

/**
 * Throws `usage`, `refused`, `not_found` (the base), `agent_not_installed` (nobody can start) with nothing created;
 * `disk_full`, `not_writable` with nothing of the race left.
 */
export async function startRace(request: RaceRequest, deps: RaceDeps): Promise<Race> {
	const relay = withPolicy(deps.relay);
	const head = requireCommit(relay.repo);
	const asTyped = request.copy.map((path) => fromFolder(path, relay.repo));
	const { copy } = checkRequest({ ...request, copy: asTyped }, relay.repo.worktree);
	refusePlaceInRepo(deps);
	const why = obstacles(request, relay);
	refuseNobody(request.entrants, why, relay);
	const base = await baseOf(request, { head, copy }, deps);
	const session = relay.store.create({
		kind: 'race',
		objective: request.task,
		parentTurn: request.parentTurn,
		config: request.config ?? [],
	});
	const permissions = request.permissions ?? relay.config.permissions.preset;
	const record = firstRecord({ ...request, copy, permissions }, { session, base, why }, deps);
	try {
		claimPlace(record, deps);
		writeRace(session, { before: null, after: record });
		await keepBase(record, deps);
		return holdRace(session, record, deps, session.notices);
	} catch (error) {
		rmSync(record.folder, { recursive: true, force: true });
		session.discardIfEmpty();
		throw error;
	}
}

/** A path as it is typed in a folder of the checkout, relative to the checkout. */
function fromFolder(path: string, repo: RepoFacts): string {
	return path === '' || isAbsolute(path) ? path : join(recordedFolder(repo), path);
}

/** Worktrees inside the repo would be files of the checkout: they would show as untracked, and be seen by its tools. */
function refusePlaceInRepo({ worktreesFolder, relay: { repo } }: RaceDeps): void {
	const place = `${realFolder(worktreesFolder)}${sep}`;
	const around = [repo.root, repo.worktree].find((folder) => place.startsWith(folder + sep));
	if (around === undefined) return;
	throw new RelayError('refused', `${worktreesFolder} lies inside the repo ${around}.`, {
		hint: 'Set XDG_DATA_HOME to a folder outside it.',
	});
}

async function baseOf(
	{ base, includeDirty, task }: RaceRequest,
	{ head, copy }: { head: string; copy: readonly string[] },
	{ worktrees, relay }: RaceDeps,
): Promise<RaceRecord['base']> {
	if (base !== null && includeDirty)
		throw new RelayError('usage', '--base and --include-dirty name two starting points.', {
			hint: 'Give one of them.',
		});
	if (base !== null) return { commit: await worktrees.resolveCommit(base), ref: base, is_snapshot: false };
	const checkout = relay.repo.worktree;
	if (includeDirty) {
		const message = `Base of an agent-relay race\n\n${task}\n`;
		const { commit } = await worktrees.commitFiles(checkout, { parents: [head], message });
		return { commit, ref: null, is_snapshot: true };
	}
	await refuseDirty(worktrees, checkout, copy);
	return { commit: await worktrees.resolveCommit('HEAD'), ref: null, is_snapshot: false };
}

function firstRecord(
	request: RaceRequest & { permissions: PermissionPreset },
	made: { session: OpenSession; base: RaceRecord['base']; why: ReadonlyArray<string | null> },
	{ relay, worktreesFolder }: RaceDeps,
): RaceRecord {
	const { session, base, why } = made;
	const now = toIso(relay.clock.now());
	const name = `${slug(basename(relay.repo.root), 'repo')}-${session.id}`;
	const folder = join(realFolder(worktreesFolder), name);
	const ids = entrantIds(request.entrants);
	const { task, checks } = request;
	return {
		schema_version: RACE_RECORD_VERSION,
		id: session.id,
		task,
		state: 'preparing',
		created_at: now,
		ended_at: null,
		base,
		options: termsToOptions(request),
		folder,
		entrants: request.entrants.map(({ agent, model }, at): EntrantRecord => {
			const id = ids[at] ?? agent;
			const obstacle = why[at] ?? null;
			return {
				id,
				agent,
				model,
				session_id: null,
				worktree: join(folder, id),
				ref: raceRef(session.id, id),
				state: obstacle === null ? 'waiting' : 'ended',
				outcome: obstacle === null ? null : 'not_started',
				reason: obstacle,
				started_at: null,
				ended_at: obstacle === null ? null : now,
				work_ms: null,
				agents: [],
				tokens: { input: null, output: null },
				cost_usd: null,
				cost_source: 'none',
				limited_until: null,
				setup: null,
				checks: freshChecks(checks),
				commit: null,
				tree: null,
				diff: null,
				notes: [],
			};
		}),
		ranking: [],
		winner: null,
		verdict: null,
		shared_changes: [],
		adopted: [],
	};
}

/** Resumes a race whose relay was stopped or died, or whose limited entrants may work again. */
import type { PermissionPreset } from '../agents/agent-adapter.ts';
import { fromIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import { describeTime } from '../limits/describe-limit.ts';
import { refuseArchived } from '../relay/resume/session-origin.ts';
import type { Race, RaceDeps } from './race-contract.ts';
import { keepBase, requireClaim } from './record/race-claim.ts';
import type { EntrantRecord, RaceRecord } from './record/race-record.ts';
import { readRace, writeRace } from './record/race-store.ts';
import { freshChecks } from './run/run-entrant.ts';
import { holdRace } from './run/run-race.ts';

export interface ResumeOptions {
	/** null: as the race was started; `full` stands only when it is said again. */
	permissions: PermissionPreset | null;
}

/**
 * Entrants that ended stay as they are, except those whose limit has passed. Throws `nothing_to_continue` when there is
 * nothing to do, `refused` for a race that is archived, whose worktrees were cleaned or that this user did not start so, `session_locked`, `not_found`, `no_such_session`.
 */
export async function resumeRace(
	id: SessionId,
	deps: RaceDeps,
	{ permissions }: ResumeOptions = { permissions: null },
): Promise<Race> {
	const { store, clock, processes } = deps.relay;
	const before = readRace(id, store);
	refuseArchived(store.read(id));
	refuseFinished(before, clock.now());
	requireClaim(before, deps);
	for (const { worktree, state } of before.entrants)
		if (state !== 'ended') await deps.relay.survivors.settle(worktree);
	const session = store.open(id);
	try {
		// Read again under the lock.
		const found = readRace(id, store);
		refuseArchived(session.meta);
		refuseFinished(found, clock.now());
		requireClaim(found, deps);
		const { record, notices } = withPermissions(found, permissions, deps);
		const left = processes
			.withEnvironment({ AGENT_RELAY_SESSION: id })
			.filter(({ pid }) => pid !== process.pid)
			.map(({ pid, command }) => `left running: ${pid} ${command}`);
		const going = goingOn(record, clock.now());
		writeRace(session, { before: record, after: going });
		await keepBase(going, deps);
		return holdRace(session, going, deps, [...session.notices, ...notices, ...left]);
	} catch (error) {
		session.release();
		throw error;
	}
}

function goingOn(record: RaceRecord, now: number): RaceRecord {
	const entrants = record.entrants.map((entrant) => reopened(entrant, now));
	return { ...record, state: 'running', ended_at: null, ranking: [], winner: null, verdict: null, entrants };
}

function refuseFinished(record: RaceRecord, now: number): void {
	if (record.state === 'cleaned')
		throw new RelayError('refused', `Race ${record.id} was cleaned: its worktrees are gone.`, {
			hint: 'Its records stay: agent-relay race show',
		});
	if (record.state !== 'ended' || record.entrants.some((entrant) => mayGoOn(entrant, now))) return;
	const limited = record.entrants
		.filter(({ outcome }) => outcome === 'limited')
		.map(({ id, limited_until }) => `${id} until ${describeTime(fromIso(limited_until) ?? now, { now })}`);
	throw new RelayError('nothing_to_continue', `Race ${record.id} has ended.`, {
		hint: limited.length > 0 ? `Still limited: ${limited.join(', ')}` : 'See it with: agent-relay race show',
	});
}

function mayGoOn({ outcome, limited_until }: EntrantRecord, now: number): boolean {
	return outcome === 'limited' && (fromIso(limited_until) ?? 0) <= now;
}

function reopened(entrant: EntrantRecord, now: number): EntrantRecord {
	if (entrant.state === 'ended' && mayGoOn(entrant, now)) {
		const checks = freshChecks(entrant.checks.map(({ command }) => command));
		return {
			...entrant,
			state: 'working',
			outcome: null,
			reason: null,
			ended_at: null,
			limited_until: null,
			checks,
		};
	}
	return entrant;
}

function withPermissions(
	record: RaceRecord,
	said: PermissionPreset | null,
	{ relay }: RaceDeps,
): { record: RaceRecord; notices: string[] } {
	const asStarted = record.options.permissions;
	const isWide = () => relay.settings().config.permissions.preset === 'full';
	const isDropped = said === null && asStarted === 'full' && !isWide();
	const permissions = said ?? (isDropped ? 'edit' : asStarted);
	const notices = isDropped
		? ['the race was started with --permissions full, which must be given again; it resumes with edit']
		: [];
	return { record: { ...record, options: { ...record.options, permissions } }, notices };
}

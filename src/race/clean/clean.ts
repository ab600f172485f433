/**
 * Takes a race's worktrees and refs away; its records stay. Nothing that is in no ref is deleted, nothing without our
 * marks is touched, and whenever the process dies, a second clean finishes the work: worktrees go first, then the folder
 * with its marker, then refs, and the state `cleaned` is written last.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { removeIfThere } from '../../core/files/write-file.ts';
import type { SessionId } from '../../core/ids.ts';
import { removeEmpty } from '../../git/repo/worktree-records.ts';
import { removeWorktreeFolder } from '../../git/worktrees/remove-worktree.ts';
import { describeNoWitness } from '../../relay/resume/session-origin.ts';
import { lockReason, OWNER_FILE } from '../record/owner-file.ts';
import { isOwnerFile, judgeRaceFolder } from '../record/owner-marker.ts';
import type { RaceRecord } from '../record/race-record.ts';
import { readRace, updateRace } from '../record/race-store.ts';
import {
	type CleanDeps,
	type CleanEntrant,
	type LookContext,
	lookAround,
	planEntrant,
} from './clean-plan.ts';
import { createFolderUsers, type FindFolderUsers } from './folder-users.ts';

export interface CleanPlan {
	race: SessionId;
	folder: string;
	/** True when there is nothing left to do. */
	isCleaned: boolean;
	/** Empty where the race as a whole is refused. */
	entrants: CleanEntrant[];
	/** Why nothing at all may go, a sentence each. */
	refusals: string[];
	/** What helps, a sentence; null when nothing is refused. */
	hint: string | null;
}

export interface CleanResult {
	race: SessionId;
	/** Entrants whose worktrees are gone now. */
	removed: string[];
	/** Those that stay, with their reasons. */
	kept: CleanEntrant[];
	/** Refs that are gone now; none while an entrant stays. */
	refs: string[];
	record: RaceRecord;
}

/** Throws `not_found` for a session that is not a race, `damaged_record`, `newer_version`. */
export async function planClean(
	id: SessionId,
	deps: CleanDeps,
	findUsers: FindFolderUsers = createFolderUsers(deps.relay.env),
): Promise<CleanPlan> {
	const record = readRace(id, deps.relay.store);
	const refusals = raceRefusals(id, record, deps);
	if (deps.relay.store.status(id).status === 'active')
		refusals.unshift('The race is still running, or another command holds its session.');
	const entrants: CleanEntrant[] = [];
	if (refusals.length === 0 && record.state !== 'cleaned') {
		const context = await lookAround(record, deps, findUsers);
		for (const entrant of record.entrants) entrants.push(await planEntrant(entrant, context));
	}
	return {
		race: id,
		folder: record.folder,
		isCleaned: record.state === 'cleaned',
		entrants,
		refusals: record.state === 'cleaned' ? [] : refusals,
		hint: hintFor(record, entrants, refusals),
	};
}

/** Where the folder with the marker is gone, the witness of the race's session says whose it is. */
function raceRefusals(id: SessionId, record: RaceRecord, { relay, worktreesFolder }: CleanDeps): string[] {
	const claim = judgeRaceFolder(record, { repo: relay.repo, worktreesFolder });
	if (claim.kind === 'foreign') return [claim.why];
	if (claim.kind === 'ours' || relay.store.witness(id).isOurs) return [];
	return [`${describeNoWitness(id, 'race')}; and it has no folder here.`];
}

function hintFor(
	record: RaceRecord,
	entrants: readonly CleanEntrant[],
	refusals: readonly string[],
): string | null {
	const isRefused = (id: string) => entrants.some((one) => one.id === id && one.refusals.length > 0);
	if (record.entrants.some(({ id, state }) => state !== 'ended' && isRefused(id)))
		return `Finish it first: agent-relay race resume ${record.id}`;
	if (entrants.some((entrant) => entrant.refusals.length > 0))
		return 'Look at what stays, keep what you need, and clean again.';
	return refusals.length > 0 ? 'Nothing was removed.' : null;
}

/**
 * Removes what `plan` lists and what is still as safe to remove now: each worktree is judged again right before it goes.
 * Throws `session_locked`, `refused` (the race as a whole), `disk_full`, `not_writable`; what is done by then stays done.
 */
export async function applyClean(
	plan: CleanPlan,
	deps: CleanDeps,
	findUsers: FindFolderUsers = createFolderUsers(deps.relay.env),
): Promise<CleanResult> {
	const session = deps.relay.store.open(plan.race);
	try {
		const record = readRace(plan.race, deps.relay.store);
		if (record.state === 'cleaned') return { race: plan.race, removed: [], kept: [], refs: [], record };
		const [refusal] = raceRefusals(plan.race, record, deps);
		if (refusal !== undefined) throw new RelayError('refused', refusal, { hint: 'Nothing was removed.' });
		const context = await lookAround(record, deps, findUsers);
		const { removed, kept } = await removeEntrants(plan, context);
		if (kept.length > 0) return { race: plan.race, removed, kept, refs: [], record };
		removeRaceFolder(record.folder);
		const refs = [...context.refs.keys()];
		for (const ref of refs) await deps.worktrees.dropRef(ref);
		return {
			race: plan.race,
			removed,
			kept,
			refs,
			record: updateRace(session, (latest) => ({ ...latest, state: 'cleaned' })),
		};
	} finally {
		session.release();
	}
}

async function removeEntrants(
	plan: CleanPlan,
	context: LookContext,
): Promise<Pick<CleanResult, 'removed' | 'kept'>> {
	const refused = new Set(plan.entrants.flatMap(({ id, refusals }) => (refusals.length > 0 ? [id] : [])));
	const removed: string[] = [];
	const kept: CleanEntrant[] = [];
	for (const entrant of context.record.entrants) {
		const now = await planEntrant(entrant, context);
		if (now.refusals.length > 0 || refused.has(entrant.id)) {
			kept.push(now.refusals.length > 0 ? now : { ...now, refusals: ['it was refused a moment ago'] });
			continue;
		}
		await removeEntrant(now, context);
		if (now.standing !== 'gone' || now.isRecorded) removed.push(entrant.id);
	}
	return { removed, kept };
}

async function removeEntrant(
	{ id, worktree, isRecorded, standing }: CleanEntrant,
	{ deps, record }: LookContext,
): Promise<void> {
	// Where git forgot the worktree, the marker alone says whose it is; it was judged before.
	if (standing === 'there' && !isRecorded) await removeWorktreeFolder(worktree);
	await deps.worktrees.remove({ path: worktree, reason: lockReason(record.id, id) });
}

/** Only what is known to be the race's; the marker goes last. */
function removeRaceFolder(folder: string): void {
	if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return;
	explainingWrites(folder, () => {
		for (const name of readdirSync(folder))
			if (isOwnerFile(name) && name !== OWNER_FILE) removeIfThere(join(folder, name));
		removeIfThere(join(folder, OWNER_FILE));
		removeEmpty(folder);
	});
}

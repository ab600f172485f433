/**
 * The mark of a race in the user's own data folder: whose the worktrees there are, and what the user asked for. The race's
 * record lies in the repo, where others may write; what it says is done only where this mark says the same.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { realFolder } from '../../core/files/real-path.ts';
import type { RaceDeps } from '../race-contract.ts';
import { BASE_NAME } from './entrant-ids.ts';
import { OWNER_VERSION, readOwner, writeOwner } from './owner-file.ts';
import { plannedOptions, type RaceRecord } from './race-record.ts';

/** Below it stand the refs of that race and nothing else. */
export const racePrefix = (race: string) => `refs/agent-relay/race/${race}/`;

export const raceRef = (race: string, name: string) => racePrefix(race) + name;

/** Suffixes of an entrant's other refs: what was in its worktree and is not its work. */
export const FOUND_FILES = '+found';
export const ALL_FILES = '+all';
export const AFTER_CHECKS = '+checks';

/** Before anything of the race is on record. */
export function claimPlace(record: RaceRecord, { relay: { repo, store } }: RaceDeps): void {
	writeOwner(record.folder, {
		schema_version: OWNER_VERSION,
		race: record.id,
		repo_root: repo.root,
		common_dir: repo.commonDir ?? repo.root,
		store: store.location.folder,
		created_at: record.created_at,
		plan: planDigest(record),
	});
}

/** Throws `refused` where this user never started that race here, or the record was changed since. */
export function requireClaim(record: RaceRecord, { relay: { repo }, worktreesFolder }: RaceDeps): void {
	const isHere = realFolder(dirname(record.folder)) === realFolder(worktreesFolder);
	const owner = isHere ? readOwner(record.folder) : null;
	if (owner === null || owner.race !== record.id || owner.common_dir !== repo.commonDir)
		throw new RelayError(
			'refused',
			`Race ${record.id} was not started here: ${record.folder} does not name it.`,
			{
				hint: `Races of this user have their worktrees in ${worktreesFolder}.`,
			},
		);
	if (owner.plan !== planDigest(record))
		throw new RelayError('refused', `The record of race ${record.id} is not as it was when the race began.`, {
			hint: 'Its task, entrants or commands were changed. Start a new race.',
		});
}

/** So that a snapshot survives `git gc` while no entrant has its ref yet. Idempotent. */
export async function keepBase({ id, base }: RaceRecord, { worktrees }: RaceDeps): Promise<void> {
	if (base.is_snapshot) await worktrees.setRef(raceRef(id, BASE_NAME), base.commit);
}

/** What a race does and where. */
function planDigest({ id, task, base, options, folder, entrants }: RaceRecord): string {
	const plan = [
		id,
		task,
		[base.commit, base.is_snapshot],
		plannedOptions(options),
		folder,
		entrants.map(({ id: entrant, agent, model, worktree, ref }) => [entrant, agent, model, worktree, ref]),
	];
	return createHash('sha256').update(JSON.stringify(plan)).digest('hex');
}

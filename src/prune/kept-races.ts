/**
 * Worktrees of races: those of this repo go as `race clean` lets them go, and those whose repo or record is gone are named. Their
 * files may exist nowhere else, so removing them is left to the user.
 */
import { dirname, join } from 'node:path';
import { fromIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { isFolder, namesIn } from '../core/files/folders.ts';
import { parseSessionId } from '../core/ids.ts';
import { quoteForShell } from '../core/quote-for-shell.ts';
import { applyClean, type CleanPlan, planClean } from '../race/clean/clean.ts';
import type { CleanDeps } from '../race/clean/clean-plan.ts';
import { type RaceOwner, readOwner } from '../race/record/owner-file.ts';
import type { RaceRecord } from '../race/record/race-record.ts';
import { listRaces } from '../race/record/race-store.ts';
import { RACE_FILE } from '../sessions/files/session-paths.ts';
import { folderBytes } from './folder-bytes.ts';
import type { Kept, PruneAge } from './prune-contract.ts';

/** `clean`: null outside git, where there are no races to clean. */
export async function keptRaces(
	{ clean, worktreesFolder }: { clean: CleanDeps | null; worktreesFolder: string },
	age: PruneAge,
): Promise<Kept[]> {
	const races =
		clean === null ? [] : listRaces(clean.relay.store, null).filter(({ state }) => state !== 'cleaned');
	const own: Kept[] = [];
	if (clean !== null) for (const race of races) own.push(await ownRace(race, clean, age));
	const known = new Set(races.map(({ folder }) => folder));
	const others = namesIn(worktreesFolder, 'EACCES')
		.map((name) => join(worktreesFolder, name))
		.filter((path) => !known.has(path) && isFolder(path));
	return [...own, ...others.map(otherRace)];
}

async function ownRace(race: RaceRecord, deps: CleanDeps, { before }: PruneAge): Promise<Kept> {
	const lastUsedAt = fromIso(race.ended_at) ?? fromIso(race.created_at) ?? 0;
	const kept = {
		kind: 'races' as const,
		name: race.id,
		path: race.folder,
		bytes: folderBytes(race.folder),
		lastUsedAt,
		about: race.task,
		stays: null,
		remove: null,
	};
	const id = parseSessionId(race.id);
	if (lastUsedAt >= before || id === null) return kept;
	const why = whyStays(await planClean(id, deps));
	if (why !== null) return { ...kept, stays: why };
	return {
		...kept,
		remove: async () => {
			const plan = await planClean(id, deps);
			const now = whyStays(plan);
			if (now !== null) throw new RelayError('refused', `Race ${id} stays: ${now}.`);
			await applyClean(plan, deps);
		},
	};
}

function whyStays({ refusals, entrants }: CleanPlan): string | null {
	const all = [
		...refusals,
		...entrants.flatMap((entrant) => entrant.refusals.map((why) => `${entrant.id}: ${why}`)),
	];
	return all.length === 0 ? null : all.join('; ');
}

/** A race of another repo, or of one that is gone. */
function otherRace(path: string): Kept {
	const owner = ownerOf(path);
	const isLost = owner === null || !isThere(owner.common_dir) || !isThere(recordOf(owner));
	const whose = owner === null ? 'nothing says whose it is' : `of ${owner.repo_root}`;
	return {
		kind: 'races',
		name: owner?.race ?? path.slice(dirname(path).length + 1),
		path,
		bytes: folderBytes(path),
		lastUsedAt: fromIso(owner?.created_at ?? null),
		about: isLost ? `${whose}, which is gone` : whose,
		stays: isLost
			? `its repo or its record is gone, so its files may exist nowhere else; when you need none: rm -r ${quoteForShell(path)}`
			: null,
		remove: null,
	};
}

const recordOf = ({ store, race }: RaceOwner) => join(store, 'sessions', race, RACE_FILE);
const isThere = (path: string) => lstatIfThere(path) !== undefined;

function ownerOf(path: string): RaceOwner | null {
	try {
		return readOwner(path);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

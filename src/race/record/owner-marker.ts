/**
 * Whether the folder that a race's record names is really its own. The record lies in the repo, where anyone who can write
 * there could have planted it; the marker lies in the user's data folder. Only both together allow a removal.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { realFolder } from '../../core/files/real-path.ts';
import { removalPath } from '../../git/repo/worktree-records.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import { OWNER_FILE, readOwner } from './owner-file.ts';
import type { RaceRecord } from './race-record.ts';

export type FolderClaim =
	| { kind: 'ours' }
	/** Nothing there, or nothing in it: a clean took it away already. */
	| { kind: 'gone' }
	/** Nothing in it is to be touched. `why`: a whole sentence. */
	| { kind: 'foreign'; why: string };

export interface Claimant {
	repo: Pick<RepoFacts, 'commonDir'>;
	/** Where all races have their folders. Absolute. */
	worktreesFolder: string;
}

export function judgeRaceFolder(
	{ id, folder, entrants }: Pick<RaceRecord, 'id' | 'folder' | 'entrants'>,
	claimant: Claimant,
): FolderClaim {
	const foreign = (why: string): FolderClaim => ({ kind: 'foreign', why });
	if (!isRaceFolder(folder, id, claimant.worktreesFolder))
		return foreign(`${folder} is not a folder of this race's worktrees.`);
	const facts = lstatSync(folder, { throwIfNoEntry: false });
	if (facts === undefined) return { kind: 'gone' };
	if (!facts.isDirectory()) return foreign(`${folder} is a link or a file, not the folder of this race.`);
	const names = readdirSync(folder);
	if (names.length === 0) return { kind: 'gone' };
	const problem = ownerProblem(folder, id, claimant);
	if (problem !== null) return foreign(problem);
	const known = new Set(entrants.flatMap(({ id: entrant }) => [entrant, basename(removalPath(entrant))]));
	const strangers = names.filter((name) => !known.has(name) && !isOwnerFile(name));
	if (strangers.length === 0) return { kind: 'ours' };
	return foreign(`${folder} holds what is not the race's: ${strangers.slice(0, SHOWN).join(', ')}.`);
}

const SHOWN = 5;

/** `owner.json`, or what a killed relay left of writing it. */
export const isOwnerFile = (name: string): boolean =>
	name === OWNER_FILE || (name.startsWith(`.${OWNER_FILE}.`) && name.endsWith('.tmp'));

/** Directly in the folder of all races, named for this one. */
function isRaceFolder(folder: string, id: string, worktreesFolder: string): boolean {
	if (join(folder) !== folder || !basename(folder).endsWith(`-${id}`)) return false;
	return realFolder(dirname(folder)) === realFolder(worktreesFolder);
}

function ownerProblem(folder: string, id: string, { repo }: Claimant): string | null {
	const path = join(folder, OWNER_FILE);
	try {
		const owner = readOwner(folder);
		if (owner === null) return `${path} is missing, so the owner of ${folder} is not known.`;
		if (owner.race !== id) return `${path} names another race: ${owner.race}.`;
		if (owner.common_dir !== repo.commonDir) return `${path} names another repo: ${owner.common_dir}.`;
		return null;
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return `${error.message}.`;
	}
}

/** What `race clean` would take away, and what it leaves alone and why. Looking at it changes nothing. */
import { join } from 'node:path';
import { RelayError, type RelayErrorCode } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { isNotAFolder } from '../../core/files/folders.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { recordedPath, removalPath } from '../../git/repo/worktree-records.ts';
import { isOurLock } from '../../git/worktrees/remove-worktree.ts';
import type { WorktreeEntry, WorktreeLosses, Worktrees } from '../../git/worktrees/worktree-types.ts';
import type { Ports } from '../../relay/ports.ts';
import { lockReason } from '../record/owner-file.ts';
import { AFTER_CHECKS, ALL_FILES, FOUND_FILES, racePrefix, raceRef } from '../record/race-claim.ts';
import type { EntrantRecord, RaceRecord } from '../record/race-record.ts';
import { hasChangedNothing } from '../run/keep-entrant.ts';
import { describeLeftInside, leftInside } from '../run/left-inside.ts';
import type { FindFolderUsers } from './folder-users.ts';

/** What cleaning stands on; `RaceDeps` has it. */
export interface CleanDeps {
	relay: Pick<Ports, 'store' | 'repo' | 'env'>;
	worktrees: Worktrees;
	worktreesFolder: string;
}

export interface CleanEntrant {
	id: string;
	/** Absolute. */
	worktree: string;
	/** `half_removed`: an earlier clean was cut short; it was judged then. */
	standing: 'there' | 'half_removed' | 'gone';
	/** Git has the worktree on record. */
	isRecorded: boolean;
	/** Files and links that would go; null where nobody looked. */
	files: number | null;
	/** Those among them that are in no ref at all. */
	ignored: WorktreeLosses['ignored'];
	/** Refs that would go; the work in them with it, unless it was adopted. */
	refs: string[];
	isAdopted: boolean;
	/** Its refs hold something that the base does not. */
	hasWork: boolean;
	/** Worth knowing, no reason to stop. */
	notes: string[];
	/** Why it stays, a clause each; empty: it goes. Names in it are made safe to show. */
	refusals: string[];
}

export interface LookContext {
	deps: CleanDeps;
	record: RaceRecord;
	findUsers: FindFolderUsers;
	/** As git has them now. */
	entries: readonly WorktreeEntry[];
	/** The refs of this race: full name -> commit. */
	refs: ReadonlyMap<string, string>;
}

/** Everything that git and the machine know about the race at this moment. */
export async function lookAround(
	record: RaceRecord,
	deps: CleanDeps,
	findUsers: FindFolderUsers,
): Promise<LookContext> {
	const [entries, refs] = await Promise.all([
		deps.worktrees.list(),
		deps.worktrees.refs(racePrefix(record.id)),
	]);
	return { deps, record, findUsers, entries, refs };
}

export async function planEntrant(entrant: EntrantRecord, context: LookContext): Promise<CleanEntrant> {
	const { record, entries, refs } = context;
	const { id, worktree } = entrant;
	const entry = entries.find(({ path }) => path === recordedPath(worktree));
	const plan: CleanEntrant = {
		id,
		worktree,
		standing: standingOf(worktree),
		isRecorded: entry !== undefined,
		files: null,
		ignored: { count: 0, top: [] },
		refs: [...refs.keys()].filter((ref) => ref === entrant.ref || ref.startsWith(`${entrant.ref}+`)),
		isAdopted: record.adopted.some((adopted) => adopted.entrant === id),
		hasWork: !hasChangedNothing(entrant),
		notes: [],
		refusals: [],
	};
	const problem = placeProblem(entrant, record, entry);
	if (problem !== null) return { ...plan, refusals: [problem] };
	if (plan.standing === 'half_removed' || (plan.standing === 'gone' && entry === undefined)) return plan;
	return judge(plan, entrant, context);
}

function standingOf(worktree: string): CleanEntrant['standing'] {
	if (isThere(worktree)) return 'there';
	return isThere(removalPath(worktree)) ? 'half_removed' : 'gone';
}

const isThere = (path: string) => lstatIfThere(path) !== undefined;

/** The record lies where others may write: it must not lead to any other folder, ref or worktree. */
function placeProblem(
	{ id, worktree, ref }: EntrantRecord,
	record: RaceRecord,
	entry: WorktreeEntry | undefined,
): string | null {
	const isPlain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id) && worktree === join(record.folder, id);
	if (!isPlain || ref !== raceRef(record.id, id)) return 'its record names a place that is not its own';
	if (isNotAFolder(worktree)) return 'a link or a file stands in its place';
	if (entry === undefined || isOurLock(entry.lockReason, lockReason(record.id, id))) return null;
	return 'git has its worktree locked for another reason than ours';
}

async function judge(
	plan: CleanEntrant,
	entrant: EntrantRecord,
	{ deps, record, refs, findUsers }: LookContext,
): Promise<CleanEntrant> {
	const kept = refs.get(entrant.ref);
	// The last is what the files are compared with.
	const more = [FOUND_FILES, ALL_FILES, AFTER_CHECKS].flatMap((end) => refs.get(entrant.ref + end) ?? []);
	let losses: WorktreeLosses;
	try {
		losses = await deps.worktrees.losses(
			plan.worktree,
			[kept ?? record.base.commit, ...more],
			record.base.commit,
		);
	} catch (error) {
		if (!(error instanceof RelayError) || !CANNOT_TELL.has(error.code)) throw error;
		return { ...plan, refusals: [`whether its work is kept is not known: ${error.message}`] };
	}
	const { users, unknown } = await findUsers(recordedPath(plan.worktree));
	return {
		...plan,
		files: losses.files,
		ignored: losses.ignored,
		notes: [
			...(losses.droppedCommits > 0
				? [`${formatPlural(losses.droppedCommits, 'commit')} that it made and left again would go`]
				: []),
			...(unknown === null ? [] : [`whether a process works in it is not known: ${unknown}`]),
		],
		refusals: [
			...users.map(({ pid, name, how }) => `process ${pid} (${name}) ${how} it`),
			...lossRefusals(losses, entrant, kept !== undefined),
		],
	};
}

/** Looks at one worktree alone. */
const CANNOT_TELL: ReadonlySet<RelayErrorCode> = new Set(['git_failed', 'unreadable_file']);

function lossRefusals(losses: WorktreeLosses, entrant: EntrantRecord, isKept: boolean): string[] {
	const { changed, commits, nested, unreadable } = losses;
	const differ = isKept
		? 'changed after its work was kept'
		: entrant.state === 'ended'
			? 'in no ref'
			: 'in no ref, it was not finished';
	return [
		...(changed.length > 0 ? [`${formatPlural(changed.length, 'file')} ${differ}: ${listed(changed)}`] : []),
		...(commits > 0 ? [`its HEAD has ${formatPlural(commits, 'commit')} that no ref has`] : []),
		...nested.map(
			(work) => `${safeLine(work.path, PATH_CHARS)}: ${describeLeftInside(leftInside(work))}, nowhere else`,
		),
		...(unreadable.length > 0 ? [`cannot be read, so not compared: ${listed(unreadable)}`] : []),
	];
}

const SHOWN_PATHS = 3;
const PATH_CHARS = 80;

function listed(paths: readonly string[]): string {
	const rest = paths.length - SHOWN_PATHS;
	const shown = paths.slice(0, SHOWN_PATHS).map((path) => safeLine(path, PATH_CHARS));
	return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

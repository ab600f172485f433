import { join, sep } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { isFolder, namesIn } from '../../core/files/folders.ts';
import { isSessionId, type SessionId } from '../../core/ids.ts';
import { foldersOf } from '../files/held-folder.ts';
import { readMeta } from '../files/json-record.ts';
import { META_FILE, sessionsFolder } from '../files/session-paths.ts';
import { describeMissingRecord, isUnbegun } from '../files/session-remains.ts';
import {
	folderOfSession,
	isStore,
	refuseLink,
	type StoreLocation,
	storeFolders,
} from '../files/store-location.ts';
import { type NameId, nameOf } from '../names/name-id.ts';
import { type CheckpointReason, isArchived, type SessionMeta } from '../session-meta.ts';
import { type LockContext, readLock } from '../store/lock-record.ts';
import { newestTurnTime, readNewestTurns } from '../turns/turn-states.ts';
import { raceStanding } from './race-standing.ts';
import { sessionStatus } from './session-status.ts';

export interface SessionSummary {
	id: SessionId;
	folder: string;
	/** null when the record cannot be read; `problem` says why. */
	meta: SessionMeta | null;
	status: SessionMeta['status'] | 'damaged';
	/** Set when checkpointed. */
	reason: CheckpointReason | null;
	/** Epoch ms of the last turn's last write. */
	lastUsedAt: number;
	problem: string | null;
}

export interface ListOptions {
	limit?: number;
	status?: SessionSummary['status'];
	/**
	 * `used` (default): by the last turn, which costs a look at every folder (60 ms for 10,000) and into some. `created`: by id, which
	 * looks only at what is listed. `touched`: only the newest by id, by the times of their folders alone, which anybody can change,
	 * for a caller that can live with a wrong order and without an old session that was continued.
	 */
	order?: 'used' | 'created' | 'touched';
	/** Only these. */
	kinds?: ReadonlyArray<SessionMeta['kind']>;
	/** Only those of this name; null: of every name. Absent: of the name in force where the store is asked, else of every one. */
	name?: NameId | null;
	/** False: leaves archived ones out. True: only those. Default: both. */
	isArchived?: boolean;
	/** Only those that work in this folder. */
	worktree?: string;
	/** Leaves out what is left of a relay that ended before its session began. */
	isBegun?: boolean;
	/** Leaves out an entrant whose race is listed too, as part of it. */
	isFolded?: boolean;
	/** For callers that only need unfinished sessions: does not check the folders in a completed one. */
	isOfUnfinished?: boolean;
	/** The result of `sessionPlaces`, if the caller already has it (6 ms for 10,000). */
	places?: ReadonlyMap<SessionId, string>;
}

/**
 * Ids of all sessions with the folder that holds each, in no order. Names that are not ids are skipped. So is a link in place of
 * the records, as a repo could have planted it to show others; throws `refused` if there are no others.
 */
export function sessionPlaces(location: StoreLocation): Map<SessionId, string> {
	const places = new Map<SessionId, string>();
	for (const folder of storeFolders(location)) {
		const sessions = sessionsFolder({ folder });
		if (!isStore(folder) || !isFolder(sessions)) continue;
		for (const name of namesIn(sessions))
			if (isSessionId(name) && !places.has(name)) places.set(name, sessions);
	}
	if (places.size === 0) for (const path of [location.folder, sessionsFolder(location)]) refuseLink(path);
	return places;
}

export function sessionIds(location: StoreLocation): SessionId[] {
	return [...sessionPlaces(location).keys()];
}

interface Dated {
	id: SessionId;
	folder: string;
	lastUsedAt: number;
}

/** Newest first; lazily if possible. */
function* inOrder(
	location: StoreLocation,
	{ order = 'used', places }: ListOptions,
	now: number,
): Generator<Dated> {
	const all = [...(places ?? sessionPlaces(location))];
	const dated = ([id, sessions]: readonly [SessionId, string]): Dated[] => {
		const folder = `${sessions}${sep}${id}`;
		const lastUsedAt = usedAt(folder);
		return lastUsedAt === null ? [] : [{ id, folder, lastUsedAt }];
	};
	if (order === 'used') {
		yield* byTurn(all.flatMap(dated).sort(byUse), now);
		return;
	}
	const newest = all.sort(([a], [b]) => (a < b ? 1 : -1));
	if (order === 'touched') yield* newest.slice(0, LOOK_INTO).flatMap(dated).sort(byUse);
	else for (const one of newest) yield* dated(one);
}

const byUse = (a: Dated, b: Dated) => b.lastUsedAt - a.lastUsedAt || (a.id < b.id ? 1 : -1);

/** How many of each are looked into, at 0.1 ms each. */
const LOOK_INTO = 40;

/**
 * Anybody can change a folder's time, and so does a copy, a restore or a change of the clock. So the likely newest, by folder
 * time or by id, are sorted by their own newest turn. Times in the future count as now.
 */
function byTurn(sorted: readonly Dated[], now: number): Dated[] {
	const newestIds = sorted.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, LOOK_INTO);
	const looked = new Set([...sorted.slice(0, LOOK_INTO), ...newestIds]);
	const dated = [...looked].map((one) => {
		const time = newestTurnTime(one.folder) ?? one.lastUsedAt;
		return { ...one, lastUsedAt: Math.min(time, now) };
	});
	return [...dated.sort(byUse), ...sorted.filter((one) => !looked.has(one))];
}

/** Epoch ms, by its newest turn, else by its folder; null if it is not a folder. */
export function lastUse(folder: string): number | null {
	const time = usedAt(folder);
	return time === null ? null : (newestTurnTime(folder) ?? time);
}

/** null if it is not a folder. */
function usedAt(folder: string): number | null {
	const facts = lstatIfThere(folder);
	return facts?.isDirectory() ? facts.mtimeMs : null;
}

/** Newest first. Reads no more records than asked for; looks at a lock only where `meta.json` claims `active`. */
export function listSessions(
	location: StoreLocation,
	options: ListOptions,
	context: LockContext,
): SessionSummary[] {
	const summaries: SessionSummary[] = [];
	for (const { id, folder, lastUsedAt } of inOrder(location, options, context.clock.now())) {
		if (summaries.length >= (options.limit ?? Number.POSITIVE_INFINITY)) break;
		const found = summarize(folder, context, options);
		if (found === null || (options.status !== undefined && found.status !== options.status)) continue;
		if (options.isBegun && found.meta === null && isUnbegun(folder)) continue;
		if (options.name && nameOf(found.meta) !== options.name) continue;
		if (options.kinds && !(found.meta && options.kinds.includes(found.meta.kind))) continue;
		if (!isKept(found.meta, options)) continue;
		if (options.worktree !== undefined && found.meta?.repo.worktree !== options.worktree) continue;
		if (options.isFolded && found.meta && isInRace(location, found.meta)) continue;
		summaries.push({ id, lastUsedAt, ...found });
	}
	return summaries;
}

/** A damaged record is not archived. */
function isKept(meta: SessionMeta | null, { isArchived: wanted }: ListOptions): boolean {
	return wanted === undefined || wanted === (meta !== null && isArchived(meta));
}

function isInRace(location: StoreLocation, { kind, parent }: SessionMeta): boolean {
	if (kind !== 'race' || parent === null || !isSessionId(parent)) return false;
	return usedAt(folderOfSession(location, parent)) !== null;
}

/** One session as a list has it; null if it is not there, or a relay is about to begin it. */
export function summaryOf(id: SessionId, folder: string, context: LockContext): SessionSummary | null {
	const lastUsedAt = lastUse(folder);
	const found = lastUsedAt === null ? null : summarize(folder, context, {});
	return lastUsedAt === null || found === null ? null : { id, lastUsedAt, ...found };
}

/** null for a session that a relay is about to begin. */
function summarize(
	folder: string,
	context: LockContext,
	{ isOfUnfinished = false }: ListOptions,
): Omit<SessionSummary, 'id' | 'lastUsedAt'> | null {
	try {
		// The folder itself was checked when it was listed.
		const refuseLinksInside = () => {
			for (const path of foldersOf(folder).own) if (path !== folder) refuseLink(path);
		};
		if (!isOfUnfinished) refuseLinksInside();
		const meta = readMeta(join(folder, META_FILE));
		if (isOfUnfinished && meta?.status !== 'completed') refuseLinksInside();
		if (meta !== null) return { folder, meta, ...trueStatus(folder, meta, context), problem: null };
		if (isAboutToBegin(folder, context)) return null;
		return damaged(folder, describeMissingRecord(folder));
	} catch (error) {
		if (error instanceof RelayError) return damaged(folder, error.message);
		throw error;
	}
}

/** A session without a record yet whose relay lives: it has the lock, or made the folder just now to take it. */
function isAboutToBegin(folder: string, context: LockContext): boolean {
	if (!isUnbegun(folder)) return false;
	const lock = readLock(folder, context);
	if (lock !== null) return lock.judged === 'held';
	return Math.abs(context.clock.now() - (usedAt(folder) ?? 0)) < BEGINS_WITHIN_MS;
}

/** From the folder to its lock and its record: some 10 ms, on a machine that swaps much more. */
const BEGINS_WITHIN_MS = 10_000;

function damaged(folder: string, problem: string): Omit<SessionSummary, 'id' | 'lastUsedAt'> {
	return { folder, meta: null, status: 'damaged', reason: null, problem };
}

/** A status other than `active` was written by the process that released the lock, and holds until the session is opened again. */
export function trueStatus(
	folder: string,
	meta: SessionMeta,
	context: LockContext,
): { status: SessionMeta['status']; reason: CheckpointReason | null } {
	if (meta.status === 'completed') return { status: 'completed', reason: null };
	if (meta.status === 'checkpointed' && meta.checkpoint !== null)
		return { status: 'checkpointed', reason: meta.checkpoint.reason };
	const isLocked = readLock(folder, context)?.judged === 'held';
	const race = raceStanding(folder, meta);
	if (isLocked) return sessionStatus({ isLocked, meta, lastTurn: null, race });
	return sessionStatus({ isLocked, meta, ...readNewestTurns(folder), race });
}

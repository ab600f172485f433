/**
 * The sessions of one repo on disk: create, open for writing, read, list, find. What lives here is the order of effects
 * (folder, lock, record); formats are in `record-file.ts`, the lock in `session-lock.ts`, what a status means in
 * `session-status.ts`. Readers never lock and never write.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, toIso } from '../../core/clock.ts';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { FOLDER_MODE, isFolder } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import type { SessionId } from '../../core/ids.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import { HeldFolder, refuseLinksTo } from '../files/held-folder.ts';
import { readMeta, refuseNewer, serializeMeta } from '../files/json-record.ts';
import { describeProtection, keepSessionOutOfGit, type Protection } from '../files/keep-out-of-git.ts';
import { removeSessionFolder } from '../files/removed-sessions.ts';
import { META_FILE, newestBegunTurn, sessionFolder } from '../files/session-paths.ts';
import { describeMissingRecord } from '../files/session-remains.ts';
import {
	folderOfSession,
	keptPlace,
	placesOf,
	prepareStore,
	refuseLink,
	type StoreLocation,
	storeHolding,
} from '../files/store-location.ts';
import { type LineageEntry, readLineage } from '../lineage/lineage.ts';
import { latestSession } from '../listing/latest-session.ts';
import {
	type ListOptions,
	listSessions,
	type SessionSummary,
	sessionIds,
	sessionPlaces,
	trueStatus,
} from '../listing/session-list.ts';
import { resolveRef } from '../listing/session-ref.ts';
import type { TrueStatus } from '../listing/session-status.ts';
import { SESSION_META_VERSION, type SessionMeta } from '../session-meta.ts';
import { reopen } from '../transitions.ts';
import type { TurnState } from '../turns/turn-state.ts';
import { readTurns } from '../turns/turn-states.ts';
import type { Witness, Witnesses } from '../witness/witness.ts';
import { newMeta, type SessionInit } from './new-meta.ts';
import {
	type HeldSession,
	holdSession,
	type OpenSession,
	removeTemporaries,
	wordsOfChat,
} from './open-session.ts';
import {
	acquireEmptyLock,
	acquireLock,
	type LockContext,
	type LockHolder,
	type LockOptions,
	type LockProcesses,
	lockedBy,
	readLock,
	type SessionLock,
} from './session-lock.ts';

export type { OpenSession } from './open-session.ts';

export interface SessionStore {
	readonly location: StoreLocation;
	/**
	 * Makes a session and opens it. With `parent` it takes over objective, native ids and notes of that session. Throws
	 * `refused`, `disk_full`, `not_writable`; then nothing of the session is left.
	 */
	create(init: SessionInit): OpenSession;
	/** Throws `no_such_session`, `session_locked`, `newer_version`, `damaged_record`; nothing is changed then. */
	open(id: SessionId): OpenSession;
	/** The record as it is. Throws `no_such_session`, `damaged_record`, `newer_version` (unreadable only). */
	read(id: SessionId): SessionMeta;
	/** The true status, whatever the record says. Throws as `read`. */
	status(id: SessionId): TrueStatus;
	/** Newest use first, with the true status. Never throws for one bad record. */
	list(options?: ListOptions): SessionSummary[];
	/** Where a session's records lie. */
	folderOf(id: SessionId): string;
	/** What is known of a session that its records cannot change. */
	witness(id: SessionId): Witness;
	/**
	 * Removes a session from all its places, with its witness unless a copy of the repo has the session too. Throws `session_locked`, `refused` (a link in its place), `not_writable`; a process that
	 * dies meanwhile leaves it whole, or a folder that `removedSessions` finds. `judge` throws where it must stay: once nobody else can
	 * write it, and once nobody can find it any more.
	 */
	remove(id: SessionId, judge?: (is: 'locked' | 'gone') => void): void;
	/** Throws `session_locked` where another process works in the session. */
	refuseLocked(id: SessionId): void;
	/** See `resolveRef`. */
	resolve(ref: string): SessionId;
	/** Ascending; turns whose state cannot be read are left out (`lineage` names them). */
	turns(id: SessionId): TurnState[];
	/** This session and its ancestors, oldest first; missing parents and cycles end the chain and are told. */
	lineage(id: SessionId): LineageEntry[];
}

export interface SessionStoreOptions {
	location: StoreLocation;
	clock: Clock;
	/** From `createSessionIds`. */
	ids: (newest: SessionId | null) => SessionId;
	processes: LockProcesses;
	relayVersion: string;
	witnesses: Witnesses;
	/** One line for the user that cannot wait for the end of a turn. */
	onNotice?: (text: string) => void;
}

export function createSessionStore(options: SessionStoreOptions): SessionStore {
	const { location, clock, processes, witnesses, onNotice = () => undefined } = options;
	const context: LockContext = { clock, processes };
	const folderOf = (id: SessionId) => folderOfSession(location, id);

	const read = (id: SessionId, folder = folderOf(id)): SessionMeta => {
		refuseLinksTo(folder);
		const meta = readMeta(join(folder, META_FILE));
		if (meta !== null) return meta;
		if (!isFolder(folder)) throw noSuchSession(id);
		throw new RelayError('damaged_record', `session ${id} is damaged: ${describeMissingRecord(folder)}`, {
			hint: `what is there lies in ${folder}`,
		});
	};

	const noSuchSession = (id: SessionId) =>
		new RelayError('no_such_session', `no session ${id} in ${location.folder}`, {
			hint: 'list them with: agent-relay sessions',
		});

	/** Of a session that was there; a prune may be faster. */
	const lockOf = (id: SessionId, folder: string, options: LockOptions = {}) => {
		try {
			return explainingWrites(folder, () => acquireLock(folder, context, options));
		} catch (error) {
			if (hasErrno(error, 'ENOENT') && lstatIfThere(folder) === undefined) throw noSuchSession(id);
			throw error;
		}
	};

	/** Where the first removal has looked for what killed processes left. */
	const swept = new Set<string>();
	/** One of many that go, as a rule: to list all sessions for each would take the square of their number. */
	const lockToRemove = (id: SessionId, folder: string): Pick<SessionLock, 'release'> => {
		try {
			const sessions = dirname(folder);
			const leavesDrafts = swept.has(sessions);
			swept.add(sessions);
			return lockOf(id, folder, { leavesDrafts });
		} catch (error) {
			// Or nothing could be removed just where it must.
			const isFull = error instanceof RelayError && error.code === 'disk_full';
			const lock = isFull ? explainingWrites(folder, () => acquireEmptyLock(folder)) : null;
			if (lock === null) throw error;
			return lock;
		}
	};

	/** Those that this process holds; what it wrote of them counts, whatever somebody else wrote there since. */
	const held = new Map<SessionId, OpenSession>();
	const hold = (session: Omit<HeldSession, 'onLetGo'>): OpenSession => {
		const opened = holdSession({ ...session, onLetGo: () => held.delete(session.id) });
		held.set(session.id, opened);
		return opened;
	};
	const recordsOf = (id: SessionId) => {
		const session = held.get(id);
		if (session !== undefined)
			return { meta: session.meta, folder: session.folder, ...session.turnRecords() };
		const folder = folderOf(id);
		return { meta: read(id, folder), folder, ...readTurns(folder) };
	};
	const lineage = (id: SessionId) => readLineage(id, { recordsOf, witnessOf: witnesses.of });
	const around = (id: SessionId, { kind }: Pick<SessionMeta, 'kind'>) => ({
		prepareStore: () => protect(folderOf(id), prepareStore(storeHolding(location, id))),
		ancestors: () =>
			lineage(id)
				.slice(0, -1)
				.map(({ folder, witness }) => {
					witness.hold();
					return folder;
				}),
		moveAway: () => moveAway(location, id, kind, context),
		onNotice,
	});

	/** Returns what the user should know of it. */
	const protect = (folder: string, protection: Protection): string[] => {
		if (protection === 'each') explainingWrites(folder, () => keepSessionOutOfGit(folder));
		return describeProtection(protection, location);
	};

	const create = (init: SessionInit): OpenSession => {
		const protection = prepareStore(location);
		const parent = init.parent ? read(init.parent) : null;
		const { id, beside } = makeFolder(location, options.ids, clock.now());
		const folder = sessionFolder(location, id);
		let place: HeldFolder | null = null;
		try {
			place = holdFolders(folder, init.kind);
			const notices = protect(folder, protection);
			const lock = explainingWrites(folder, () => acquireLock(folder, context, { beside }));
			const { relayVersion } = options;
			const meta = newMeta({ id, init, parent, repo: location.repo, now: clock.now(), relayVersion });
			const path = join(folder, META_FILE);
			// On disk before the record: where that is, whatever is cut off, its session is known to be ours.
			const witness = beginWitness(id, init);
			witness.settleNow();
			explainingWrites(path, () => writeAtomic(path, serializeMeta(meta, path), { sync: true }));
			// A prune that took it meanwhile did not see this session yet.
			if (init.parent) read(init.parent);
			return hold({ id, place, meta, lock, clock, notices, witness, isNew: true, ...around(id, meta) });
		} catch (error) {
			place?.close();
			rmSync(folder, { recursive: true, force: true });
			witnesses.of(id).remove();
			throw error;
		}
	};

	/** With what the user says in its first record; what it takes over of a parent is witnessed there. */
	const beginWitness = (id: SessionId, init: SessionInit): Witness => {
		const witness = witnesses.of(id);
		const { objective, chat } = init;
		const said = [
			...(objective ? [{ kind: 'objective' as const, turn: 0, words: objective }] : []),
			...(chat === undefined ? [] : wordsOfChat(chat)).map((words) => ({
				kind: 'chat' as const,
				turn: 0,
				words,
			})),
		];
		witness.begin(sessionFolder(location, id), { said });
		return witness;
	};

	/** Of a repo that was moved the records lie elsewhere now. */
	const openWitness = (id: SessionId): Witness => {
		const witness = witnesses.of(id);
		if (witness.isOurs) witness.begin(folderOf(id));
		return witness;
	};

	const open = (id: SessionId): OpenSession => {
		const folder = folderOf(id);
		const { schema_version, kind } = read(id);
		refuseNewer(schema_version, SESSION_META_VERSION, join(folder, META_FILE));
		const lock = lockOf(id, folder);
		let place: HeldFolder | null = null;
		let session: OpenSession | null = null;
		try {
			const protection = prepareStore(storeHolding(location, id));
			place = keepFolderTime(folder, () => holdFolders(folder, kind));
			if (lock.replaced !== null) keepFolderTime(folder, () => removeTemporaries(folder));
			const meta = read(id);
			session = hold({
				id,
				isNew: false,
				place,
				meta,
				lock,
				clock,
				notices: [...noticesOf(lock.replaced), ...keepFolderTime(folder, () => protect(folder, protection))],
				witness: openWitness(id),
				...around(id, meta),
			});
			session.apply(reopen, { newestTurn: newestBegunTurn(folder) });
			session.log({ type: 'session_reopened', found: [...session.notices] });
			return session;
		} catch (error) {
			if (session !== null) session.letGo();
			else {
				place?.close();
				keepFolderTime(folder, () => lock.release());
			}
			throw error;
		}
	};

	/** What an earlier place has of the session goes first: alone it would count as the session. */
	const remove = (id: SessionId, judge: (is: 'locked' | 'gone') => void = () => {}): void => {
		const folder = folderOf(id);
		const witness = witnesses.of(id);
		const earlier = placesOf(location, id).filter((place) => place !== folder && witness.folders.has(place));
		for (const place of [...earlier, folder]) refuseLinksTo(place);
		const lock = lockToRemove(id, folder);
		try {
			judge('locked');
			// What goes first must not go for a session that stays.
			if (earlier.length > 0) judge('gone');
			for (const place of earlier) explainingWrites(place, () => removeSessionFolder(place));
			explainingWrites(folder, () =>
				removeSessionFolder(folder, () => {
					judge('gone');
					if (!isElsewhereToo(witness, folder)) witness.remove();
				}),
			);
		} catch (error) {
			lock.release();
			throw error;
		}
	};

	return {
		location,
		create,
		open,
		remove,
		read: (id) => read(id),
		status: (id) => trueStatus(folderOf(id), read(id), context),
		list: (listOptions = {}) => listSessions(location, listOptions, context),
		folderOf,
		witness: witnesses.of,
		refuseLocked: (id) => {
			const holder = readLock(folderOf(id), context);
			if (holder?.judged === 'held') throw lockedBy(holder);
		},
		resolve: (ref) =>
			resolveRef(ref, {
				ids: sessionIds(location),
				latest: () =>
					latestSession({ location, list: (all) => listSessions(location, all, context) }, { isBegun: true })
						?.id ?? null,
				named: (name) =>
					listSessions(location, {}, context)
						.filter(({ meta }) => meta?.name === name)
						.map(({ id }) => id),
			}),
		turns: (id) => readTurns(folderOf(id)).turns,
		lineage,
	};
}

/** Of a repo that was copied with its records: the witness is of the other's session too. */
const isElsewhereToo = ({ folders }: Witness, removed: string) =>
	[...folders].some((folder) => folder !== removed && lstatIfThere(folder)?.isDirectory() === true);

/** The session's folders, 0700. Throws `refused` where one is a link. */
function holdFolders(folder: string, kind: SessionMeta['kind']): HeldFolder {
	const held = new HeldFolder(folder, { isOfRace: kind === 'race' });
	try {
		explainingWrites(folder, () => held.makeMissing());
		return held;
	} catch (error) {
		held.close();
		throw error;
	}
}

/** null for a session that is there already. */
function moveAway(location: StoreLocation, id: SessionId, kind: SessionMeta['kind'], context: LockContext) {
	const kept = keptPlace(location);
	refuseLink(dirname(kept.folder));
	const folder = sessionFolder(kept, id);
	if (kept.folder === storeHolding(location, id).folder) return null;
	prepareStore(kept);
	const place = holdFolders(folder, kind);
	try {
		return { place, lock: explainingWrites(folder, () => acquireLock(folder, context)) };
	} catch (error) {
		place.close();
		throw error;
	}
}

/**
 * A folder for a new id above all others. Ids far in the future (a clock that was wrong, a folder someone planted) are
 * passed over, or they would leave no room above them. `beside`: the names that it stands among.
 */
function makeFolder(
	location: StoreLocation,
	nextId: SessionStoreOptions['ids'],
	now: number,
): { id: SessionId; beside: readonly string[] } {
	const horizon = ulidTime(now + MAX_CLOCK_ERROR_MS);
	let newest: SessionId | null = null;
	let beside: readonly string[] = [];
	const places = sessionPlaces(location, (folder, names) => {
		if (folder === location.folder) beside = names;
	});
	for (const id of places.keys())
		if (id.slice(0, horizon.length) <= horizon && (newest === null || id > newest)) newest = id;
	for (;;) {
		const id = nextId(newest);
		try {
			mkdirSync(sessionFolder(location, id), { mode: FOLDER_MODE });
			return { id, beside };
		} catch (error) {
			if (!hasErrno(error, 'EEXIST'))
				explainingWrites(location.folder, () => {
					throw error;
				});
			newest = id;
		}
	}
}

/** Clocks are wrong by hours or a dead battery's years; a year keeps both order and room. */
const MAX_CLOCK_ERROR_MS = 366 * 24 * 3_600_000;

/** The time part of the lowest ULID of this moment. */
function ulidTime(epochMs: number): string {
	let digits = '';
	for (let rest = epochMs, i = 0; i < TIME_DIGITS; i++, rest = Math.floor(rest / 32))
		digits = (BASE32[rest % 32] ?? '0') + digits;
	return digits;
}

const TIME_DIGITS = 10;
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function noticesOf(replaced: LockHolder | null): string[] {
	if (replaced === null) return [];
	if (replaced.unreadable !== undefined)
		return [
			`took over the lock ${replaced.unreadable}, which could not be read, last touched ${toIso(replaced.refreshedAt)}`,
		];
	const who = `process ${replaced.pid} on ${replaced.host}`;
	const since = toIso(replaced.refreshedAt);
	return replaced.judged === 'stale'
		? [`took over the lock of ${who}, which cannot be looked at from here and gave no sign since ${since}`]
		: [`took over the lock of ${who}, which is gone`];
}

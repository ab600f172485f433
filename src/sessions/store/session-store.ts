/**
 * The sessions of one repo on disk: create, open for writing, read, list, find. This file holds the order of effects (folder,
 * lock, record); formats are in `json-record.ts`, the lock in `session-lock.ts`, the meaning of a status in
 * `session-status.ts`. Readers never lock and never write.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { isFolder } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { syncInBackground, writeAtomic } from '../../core/files/write-file.ts';
import type { SessionId } from '../../core/ids.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import { type HeldFolder, refuseLinksTo } from '../files/held-folder.ts';
import { readMeta, refuseNewer, serializeMeta } from '../files/json-record.ts';
import { describeProtection, keepSessionOutOfGit, type Protection } from '../files/keep-out-of-git.ts';
import { namesOfSessions } from '../files/removed-sessions.ts';
import { META_FILE, newestBegunTurn, sessionFolder } from '../files/session-paths.ts';
import { describeMissingRecord } from '../files/session-remains.ts';
import { folderOfSession, isStore, prepareStore, storeHolding } from '../files/store-location.ts';
import { readLineage, readStory } from '../lineage/lineage.ts';
import { trueStatus } from '../listing/session-list.ts';
import { DEFAULT_NAME, type NameInForce } from '../names/name-id.ts';
import { SESSION_META_VERSION, type SessionMeta } from '../session-meta.ts';
import { reopen } from '../transitions.ts';
import { readTurns } from '../turns/turn-states.ts';
import type { Witness } from '../witness/witness.ts';
import { confirmedRules, wordsOfRule } from './confirmed-rules.ts';
import { holdFolders, lockSession, moveAway, noSuchSession } from './held-place.ts';
import { keptSettings, wordsOfConfig } from './kept-settings.ts';
import { type LockContext, lockedBy, noticesOf, readLock } from './lock-record.ts';
import { makeSession, removeStrayDrafts } from './make-session.ts';
import { newMeta, type SessionInit } from './new-meta.ts';
import { makeSessionFolder } from './new-session-folder.ts';
import {
	type HeldSession,
	holdSession,
	type OpenSession,
	removeTemporaries,
	wordsOfChat,
} from './open-session.ts';
import { SessionRemoval } from './remove-session.ts';
import { acquireLock } from './session-lock.ts';
import type { SessionStore, SessionStoreOptions } from './store-contract.ts';
import { createStoreLists } from './store-lists.ts';

export type { OpenSession } from './open-session.ts';
export type { SessionStore } from './store-contract.ts';

export function createSessionStore(options: SessionStoreOptions): SessionStore {
	const { location, clock, processes, witnesses, onNotice = () => undefined } = options;
	const { name: nameInForce = () => NOTHING_GIVEN, cacheFolder = null } = options;
	const context: LockContext = { clock, processes };
	const lists = createStoreLists({ location, context, nameInForce, cacheFolder });
	const folderOf = (id: SessionId) => folderOfSession(location, id);

	const read = (id: SessionId, folder = folderOf(id)): SessionMeta => {
		refuseLinksTo(folder);
		const meta = readMeta(join(folder, META_FILE));
		if (meta !== null) return meta;
		if (!isFolder(folder)) throw noSuchSession(id, location);
		throw new RelayError('damaged_record', `session ${id} is damaged: ${describeMissingRecord(folder)}`, {
			hint: `what is left of it is in ${folder}`,
		});
	};

	const removal = new SessionRemoval({ location, witnesses, context });
	/** Sessions that this process holds; what it wrote counts, whatever somebody else wrote there since. */
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
	const source = { recordsOf, witnessOf: witnesses.of };
	const lineage = (id: SessionId) => readLineage(id, source);
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

	/** Returns what the user should know about it. */
	const protect = (folder: string, protection: Protection): string[] => {
		if (protection === 'each') explainingWrites(folder, () => keepSessionOutOfGit(folder));
		return describeProtection(protection, location);
	};

	const create = (init: SessionInit): OpenSession => {
		const protection = prepareStore(location);
		const parent = init.parent ? readParent(init.parent) : null;
		const { id, siblings } = makeSessionFolder(location, options.ids, clock.now());
		const folder = sessionFolder(location, id);
		let place: HeldFolder | null = null;
		try {
			place = holdFolders(folder, init.kind, { isNew: true });
			const notices = protect(folder, protection);
			const lock = explainingWrites(folder, () => acquireLock(folder, context, { siblings }));
			const { relayVersion } = options;
			const { id: name } = nameInForce();
			const meta = newMeta({ id, init, parent, name, repo: location.repo, now: clock.now(), relayVersion });
			const path = join(folder, META_FILE);
			// Written before the record: after a crash, a session that has a record is known to be ours.
			const witness = beginWitness(id, init, meta);
			explainingWrites(path, () => writeAtomic(path, serializeMeta(meta, path)));
			const created = Promise.all([witness.settle(), syncInBackground(path)]).then(() => undefined);
			// A prune that took it meanwhile did not see this session yet.
			if (init.parent) read(init.parent);
			return hold({ id, place, meta, lock, clock, notices, witness, created, ...around(id, meta) });
		} catch (error) {
			place?.close();
			rmSync(folder, { recursive: true, force: true });
			witnesses.of(id).remove();
			throw error;
		}
	};

	/** As its child takes it over. */
	const readParent = (id: SessionId): SessionMeta => {
		const meta = read(id);
		const witness = witnesses.of(id);
		const { config, allowed, ...rest } = meta;
		const { settings } = keptSettings(meta, witness);
		return {
			...rest,
			...(allowed === undefined
				? {}
				: { allowed: confirmedRules(meta, witness).map((rule) => ({ ...rule })) }),
			...(settings.length === 0
				? {}
				: { config: { at: config?.at ?? meta.updated_at, settings: settings.map((one) => ({ ...one })) } }),
		};
	};

	/** Witnesses what the user says in the first record; what it takes over from a parent is witnessed there. */
	const beginWitness = (id: SessionId, init: SessionInit, { allowed = [], config }: SessionMeta): Witness => {
		const witness = witnesses.ofNew(id);
		const { objective, chat } = init;
		const said = [
			...(objective ? [{ kind: 'objective' as const, turn: 0, words: objective }] : []),
			...(chat === undefined ? [] : wordsOfChat(chat)).map((words) => ({
				kind: 'chat' as const,
				turn: 0,
				words,
			})),
			...allowed.map((rule) => ({ kind: 'allow' as const, turn: 0, words: wordsOfRule(rule) })),
			...(config === undefined ? [] : [{ kind: 'config' as const, turn: 0, words: wordsOfConfig(config) }]),
		];
		witness.begin(sessionFolder(location, id), { said });
		return witness;
	};

	/** Notes the present folder too: a repo that was moved has its records elsewhere now. */
	const openWitness = (id: SessionId): Witness => {
		const witness = witnesses.of(id);
		if (witness.isOurs) witness.begin(folderOf(id));
		return witness;
	};

	/** `isUse`: somebody is about to work in it. */
	const open = (id: SessionId, { isUse = true } = {}): OpenSession => {
		const folder = folderOf(id);
		const { schema_version, kind } = read(id);
		refuseNewer(schema_version, SESSION_META_VERSION, join(folder, META_FILE));
		const lock = lockSession({ location, id, folder, context });
		let place: HeldFolder | null = null;
		let session: OpenSession | null = null;
		try {
			const protection = prepareStore(storeHolding(location, id));
			place = keepFolderTime(folder, () => holdFolders(folder, kind));
			if (lock.replaced !== null) keepFolderTime(folder, () => removeTemporaries(folder));
			const meta = read(id);
			session = hold({
				id,
				created: null,
				place,
				meta,
				lock,
				clock,
				notices: [...noticesOf(lock.replaced), ...keepFolderTime(folder, () => protect(folder, protection))],
				witness: openWitness(id),
				...around(id, meta),
			});
			if (!isUse) return session;
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

	return {
		location,
		create,
		open: (id) => open(id),
		change: (id, transition, facts) => {
			const session = open(id, { isUse: false });
			try {
				return session.apply(transition, facts);
			} finally {
				session.letGo();
			}
		},
		finishRemovals: () => {
			const names = isStore(location.folder) ? namesOfSessions(location.folder) : [];
			removeStrayDrafts(location, context, names);
			return removal.finish(names);
		},
		remove: (id, judge = () => undefined) => removal.remove(id, judge),
		read: (id) => read(id),
		status: (id) => trueStatus(folderOf(id), read(id), context),
		...lists,
		folderOf,
		witness: witnesses.of,
		refuseLocked: (id) => {
			const holder = readLock(folderOf(id), context);
			if (holder?.judged === 'held') throw lockedBy(holder);
		},
		turns: (id) => readTurns(folderOf(id)).turns,
		lineage,
		story: (id) => readStory(id, source),
		make: (init, write, publish) =>
			makeSession(init, write, {
				...options,
				context,
				name: nameInForce().id,
				...(publish === undefined ? {} : { publish }),
			}),
	};
}

const NOTHING_GIVEN: NameInForce = { id: DEFAULT_NAME, isGiven: false };

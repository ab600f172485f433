/**
 * Who works in which conversation of an agent. Two sessions may know the same one, as children of one parent do, and a CLI
 * keeps one history for both. So each turn takes its conversation for itself, and finds out which other sessions have used it.
 * One small file per conversation in the state home, where no repo can write.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Clock, fromIso, toIso } from '../../core/clock.ts';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { type Locking, withFileLock } from '../../core/files/file-lock.ts';
import { isForeignFolder, isOwnFolder, namesIn } from '../../core/files/folders.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { isSessionId, type SessionId } from '../../core/ids.ts';
import { standingOf } from '../../core/processes/process-place.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';

export interface NativeConversations {
	/**
	 * Takes the conversation for a turn of a session. `null`: it is to be a new one. `mayJoin` judges the sessions that were seen
	 * in it (empty: none is known). If the state folder cannot be written, nothing is taken and nobody is known.
	 */
	begin(
		conversation: Conversation | null,
		session: SessionId,
		mayJoin?: (users: readonly SessionId[]) => boolean,
	): ConversationUse;
	/**
	 * Runs `act`, for some milliseconds, while nobody else begins, ends or does the like in the conversation; without that where the
	 * state folder cannot be written. Throws `not_writable` if another holds it too long, and what `act` throws.
	 */
	alone<T>(conversation: Conversation, act: () => T): T;
}

export interface Conversation {
	agent: string;
	nativeId: string;
}

export interface ConversationUse {
	/** Another session that works in it at the moment; null: none does. */
	busyBy: SessionId | null;
	/** This session may not join it, so it was not taken. */
	isOthers: boolean;
	/** Other sessions that have used it since one of `known` did, the earliest first. */
	othersSince(known: readonly SessionId[]): SessionId[];
	/** Ends the turn's use; `after` is the conversation that it was in, as the CLI named it. Idempotent. */
	end(after: Conversation | null): void;
}

const userSchema = v.object({ session_id: v.pipe(v.string(), v.check(isSessionId)), at: v.string() });

const recordSchema = v.looseObject({
	schema_version: v.literal(1),
	agent: v.string(),
	native_session_id: v.string(),
	/** While a turn runs in it. */
	holder: v.nullable(
		v.object({
			session_id: v.pipe(v.string(), v.check(isSessionId)),
			pid: v.number(),
			pid_start: v.string(),
			host: v.string(),
			boot_id: v.nullable(v.string()),
			pid_namespace: v.nullable(v.string()),
			since: v.string(),
		}),
	),
	/** Each session once; the one that had the last turn comes last. */
	users: v.array(userSchema),
});

type ConversationRecord = v.InferOutput<typeof recordSchema>;

/** Sessions that one conversation remembers. */
const MAX_USERS = 50;
/** A holder on another machine cannot be checked; no turn is trusted to last longer than this. */
const UNSEEN_MS = 3_600_000;
/** Records of conversations that nobody has used for this long are removed, once there are many. */
const FORGET_AFTER_MS = 90 * 24 * 3_600_000;
const MANY = 500;

export interface NativeConversationsOptions {
	folder: string;
	clock: Pick<Clock, 'now'>;
	locking: Locking;
	processes: Pick<ProcessTable, 'identify' | 'isAlive' | 'place'>;
}

export function createNativeConversations(options: NativeConversationsOptions): NativeConversations {
	const { folder, clock, locking, processes } = options;
	const pathOf = ({ agent, nativeId }: Conversation) =>
		join(folder, `${createHash('sha256').update(`${agent}\0${nativeId}`).digest('hex').slice(0, 32)}.json`);

	/** null if the state folder cannot be written. */
	const change = <T>(conversation: Conversation, act: (record: ConversationRecord) => T): T | null => {
		const path = pathOf(conversation);
		if (isForeignFolder(folder)) return null;
		try {
			return withFileLock(`${path}.lock`, locking, () => {
				const record = read(path) ?? emptyRecord(conversation);
				const before = JSON.stringify(record);
				const result = act(record);
				const after = JSON.stringify(record);
				if (after !== before) writeAtomic(path, `${after}\n`);
				return result;
			});
		} catch (error) {
			if (error instanceof RelayError || isSystemError(error)) return null;
			throw error;
		}
	};

	const isHeld = ({ holder }: ConversationRecord): boolean => {
		if (holder === null) return false;
		const standing = standingOf(holder, processes.place());
		if (standing === 'here') return processes.isAlive({ pid: holder.pid, start: holder.pid_start });
		return standing === 'unseen' && clock.now() - (fromIso(holder.since) ?? 0) < UNSEEN_MS;
	};

	const addUser = (record: ConversationRecord, session: SessionId): void => {
		const others = record.users.filter(({ session_id }) => session_id !== session);
		record.users = [...others, { session_id: session, at: toIso(clock.now()) }].slice(-MAX_USERS);
	};

	const take = (record: ConversationRecord, session: SessionId): SessionId | null => {
		const { holder } = record;
		if (isHeld(record) && holder !== null && holder.session_id !== session) {
			// A time in the future comes from a wrong clock: it counts as now, or the hold would never end.
			if ((fromIso(holder.since) ?? 0) > clock.now()) holder.since = toIso(clock.now());
			return holder.session_id as SessionId;
		}
		record.holder = {
			session_id: session,
			pid: process.pid,
			pid_start: processes.identify(process.pid)?.start ?? '',
			...processes.place(),
			since: toIso(clock.now()),
		};
		addUser(record, session);
		return null;
	};

	const begin: NativeConversations['begin'] = (conversation, session, mayJoin = () => true) => {
		let users: SessionId[] = [];
		let isOthers = conversation !== null && !mayJoin(users);
		const busyBy =
			conversation &&
			change(conversation, (record) => {
				users = record.users.map(({ session_id }) => session_id as SessionId);
				isOthers = !mayJoin(users);
				return isOthers ? null : take(record, session);
			});
		const isTaken = conversation !== null && busyBy === null && !isOthers;
		let isOver = false;
		return {
			busyBy,
			isOthers,
			othersSince: (known) => users.slice(1 + users.findLastIndex((user) => known.includes(user))),
			end: (after) => {
				if (isOver) return;
				isOver = true;
				const letGo = (record: ConversationRecord) => {
					if (record.holder?.session_id === session) record.holder = null;
				};
				const isSame = conversation !== null && after !== null && pathOf(conversation) === pathOf(after);
				if (isTaken && !isSame) change(conversation, letGo);
				if (after === null) return;
				change(after, (record) => {
					forgetOld(folder, clock.now());
					letGo(record);
					addUser(record, session);
				});
			},
		};
	};

	const alone: NativeConversations['alone'] = (conversation, act) => {
		let isBegun = false;
		try {
			if (isForeignFolder(folder)) return act();
			return withFileLock(`${pathOf(conversation)}.lock`, locking, () => {
				isBegun = true;
				return act();
			});
		} catch (error) {
			if (isBegun || !isSystemError(error)) throw error;
			return act();
		}
	};

	return { begin, alone };
}

function emptyRecord({ agent, nativeId }: Conversation): ConversationRecord {
	return { schema_version: 1, agent, native_session_id: nativeId, holder: null, users: [] };
}

/** null for anything but such a record, which then starts again empty. */
function read(path: string): ConversationRecord | null {
	const result = v.safeParse(recordSchema, readJsonOrNull(path));
	return result.success ? result.output : null;
}

function forgetOld(folder: string, now: number): void {
	const names = namesIn(folder, 'EACCES').filter((name) => name.endsWith('.json'));
	if (names.length < MANY || !isOwnFolder(folder)) return;
	for (const name of names) {
		const path = join(folder, name);
		const usedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
		if (now - usedAt > FORGET_AFTER_MS) removeIfThere(path);
	}
}

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { removeIfThere, writeAtomic } from '../../core/files/files.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { SessionId } from '../../core/ids.ts';
import { bumpFolderTime, keepFolderTime } from '../files/folder-time.ts';
import type { HeldFolder } from '../files/held-folder.ts';
import { serializeMeta, serializeTurnState } from '../files/json-record.ts';
import { KeptRecords } from '../files/kept-records.ts';
import { META_FILE, PACKETS_FOLDER, TURNS_FOLDER, turnFile, turnNumbers } from '../files/session-paths.ts';
import { raceStanding } from '../listing/race-standing.ts';
import { sessionStatus } from '../listing/session-status.ts';
import type { LogEvent } from '../log/log-entry.ts';
import { eventsOfChange } from '../log/record-changes.ts';
import { SessionLog } from '../log/session-log.ts';
import type { ChatRecord, SessionMeta } from '../session-meta.ts';
import { close, type Transition } from '../transitions.ts';
import type { TurnState } from '../turns/turn-state.ts';
import { readNewestTurns, readTurns } from '../turns/turn-states.ts';
import type { Witness } from '../witness/witness.ts';
import { lockedBy, REFRESH_EVERY_MS, type SessionLock } from './session-lock.ts';

/** A session that this process alone may write, until `release`. */
export interface OpenSession {
	readonly id: SessionId;
	/** Absolute. Another one once something stands in its way; `writableFolder` looks. */
	readonly folder: string;
	/** As last written. */
	readonly meta: SessionMeta;
	/** What the user should know about the opening, for instance whose stale lock was replaced. */
	readonly notices: readonly string[];
	/** What the user says here, told outside the records. */
	readonly witness: Witness;
	/** True once another process was seen with the lock; writes throw `session_locked` from then on. */
	readonly isLost: boolean;
	/**
	 * Changes `meta.json` by a transition, durably, with a new `updated_at`; does not count as use of the session. Nothing is
	 * written where nothing changes. Throws `session_locked` when the lock went to someone else, `disk_full`, `not_writable`.
	 * `isMinor`: the turn's own state says it too, so a power cut may undo it.
	 */
	apply<Facts>(transition: Transition<Facts>, facts: Facts, options?: { isMinor?: boolean }): SessionMeta;
	/**
	 * Replaces the turn's `NNN-state.json` and marks the session as the one in use (`isRepair` does not). `recreated` is
	 * true when the session's folder had vanished and was made anew: what else stood in it is gone. Throws as `apply`.
	 */
	writeTurnState(state: TurnState, options?: { sync?: boolean; isRepair?: boolean }): { recreated: boolean };
	/**
	 * The folder to write a file of the session to, right now: no link or other folder stands in place of one that leads there,
	 * and what was removed is there again. Where one does, the session goes on in the state folder, and the user is told.
	 * Throws as `apply`, and `refused` where that is in the way too.
	 */
	writableFolder(): string;
	/** `path` of a file in that folder, for one use right now: no swap of a folder leads it elsewhere, where the system can do that. */
	wayTo(path: string): string;
	/** Who is told, in place of the store's `onNotice`, that the session had to leave its folder; null: nobody more. */
	hearNotices(listener: ((text: string) => void) | null): void;
	/**
	 * Writes that follow each other at once: who holds the session, and that nothing stands in its way, is looked at before the
	 * first of them alone, where no swap of a folder could lead a later one elsewhere.
	 */
	together<T>(writes: () => T): T;
	/** Writes `NNN-prompt.md`. Throws as `apply`. */
	writePrompt(turn: number, prompt: Buffer): void;
	/** Remembers the prompts of all turns, and the sessions before this one, for `restore`. Reads them once. */
	keepRecords(): void;
	/** Writes again what somebody removed of what is remembered. Returns true when something was. Throws as `apply`. */
	restore(): boolean;
	/** Adds to `log.jsonl`. Never throws: a log that cannot be written stops nothing, and the user is told once. */
	log(event: LogEvent): void;
	/** Ascending; turns whose state cannot be read are left out. */
	turns(): TurnState[];
	/** Writes the true status into `meta.json` and lets go of the lock. Idempotent. */
	release(): void;
	/** As `release`, but the record stays as it is. */
	letGo(): void;
	/** Removes a session in which nothing was recorded, lock and all; any other is released. */
	discardIfEmpty(): void;
}

export interface HeldSession {
	id: SessionId;
	place: HeldFolder;
	meta: SessionMeta;
	lock: SessionLock;
	clock: Clock;
	notices: readonly string[];
	witness: Witness;
	/** Makes the store's own folders and ignore file again. */
	prepareStore: () => void;
	/**
	 * A place outside the repo for a session whose folder is lost to a link, with its lock; null: it is there already. Its folders
	 * are made.
	 */
	moveAway: (id: SessionId) => { place: HeldFolder; lock: SessionLock } | null;
	/** One line for the user, said at once. */
	onNotice: (text: string) => void;
	/** Of the sessions that this one goes on from; asked for right before an agent works, whose word then counts for nothing. */
	ancestors: () => readonly string[];
}

/** The session whose lock was just taken. Refreshes the lock until `release`; never keeps the process alive for it. */
export function holdSession(held: HeldSession): OpenSession {
	const { id, clock, witness } = held;
	witness.hold();
	let { lock, meta, place } = held;
	/** Where the session lay before something stood in its way. */
	let left: { place: HeldFolder; lock: SessionLock } | null = null;
	let isLost = false;
	let isReleased = false;
	let tell = held.onNotice;
	const log = new SessionLog({ place: () => place, clock, onNotice: (text) => tell(text) });

	const writeMeta = (next: SessionMeta, sync: true | 'content' = true): SessionMeta => {
		const path = join(place.path, META_FILE);
		const text = serializeMeta(next, path);
		keepFolderTime(place.path, () =>
			explainingWrites(path, () => writeAtomic(place.wayTo(path), text, { sync })),
		);
		meta = next;
		return meta;
	};

	/** Read once: only this process writes them while it holds the lock. What is held is written again if it vanishes. */
	let states: Map<number, TurnState> | null = null;
	const heldStates = (): Map<number, TurnState> => {
		states ??= new Map(readTurns(place.path).turns.map((state) => [state.turn, state]));
		return states;
	};
	const writeState = (state: TurnState, sync: boolean) => {
		const path = turnFile(place.path, state.turn, 'state.json');
		const text = serializeTurnState(state, path);
		explainingWrites(path, () => writeAtomic(place.wayTo(path), text, { sync }));
	};

	const kept = new KeptRecords();
	let hasKept = false;
	const keepRecords = () => {
		if (hasKept) return;
		hasKept = true;
		heldStates();
		kept.readPrompts(place.path);
		log.hold();
		if (meta.parent !== null) for (const ancestor of held.ancestors()) kept.readSession(ancestor);
	};
	/** The records that this process holds, the user's words before what is known of them. Returns true when one was gone. */
	const restoreRecords = (): boolean => {
		const folder = place.path;
		const isMetaGone = !existsSync(join(folder, META_FILE));
		if (isMetaGone) writeMeta(meta);
		const restored = explainingWrites(folder, () => keepFolderTime(folder, () => kept.restore(place)));
		const gone = [...(states?.values() ?? [])].filter(
			({ turn }) => !existsSync(turnFile(folder, turn, 'state.json')),
		);
		for (const state of gone) writeState(state, false);
		log.restore();
		return isMetaGone || gone.length > 0 || restored > 0;
	};

	/** Goes on outside the repo with all that this process holds; what was written before stays where it is. */
	const moveAway = (obstacle: string): void => {
		const away = left === null ? held.moveAway(id) : null;
		if (away === null)
			throw new RelayError('refused', `${obstacle}; nothing more of this session is recorded`, {
				hint: 'look at it, then remove it',
			});
		kept.move(place.path, away.place.path);
		left = { place, lock };
		({ place, lock } = away);
		if (witness.isOurs) witness.begin(place.path);
		restoreRecords();
		tell(`${obstacle}; nothing is written through it. This session goes on in ${place.path}`);
	};

	/** `none`: each write looks for itself. */
	let lookedAt: 'none' | 'not yet' | 'once' = 'none';

	/** Before each write. Returns true when the folder had vanished and was made again. */
	const ensureHeld = (): boolean => {
		if (isReleased) throw new Error(`session ${id} was released`);
		if (lookedAt === 'once' && place.isReachedThroughFolders) return false;
		const hasVanished = look();
		if (lookedAt !== 'none') lookedAt = 'once';
		return hasVanished;
	};

	const look = (): boolean => {
		const obstacle = place.obstacle();
		if (obstacle !== null) {
			moveAway(obstacle);
			return true;
		}
		const holder = lock.check();
		if (holder === 'ours') {
			if (place.hasMissing)
				keepFolderTime(place.path, () => explainingWrites(place.path, () => place.makeMissing()));
			return false;
		}
		if (holder !== 'missing') {
			isLost = true;
			throw lockedBy(holder);
		}
		const hasVanished = !existsSync(join(place.path, META_FILE));
		held.prepareStore();
		explainingWrites(place.path, () => place.makeMissing());
		const isBack = keepFolderTime(place.path, () => explainingWrites(place.path, () => lock.restore()));
		if (!isBack) return look();
		if (hasVanished) restoreRecords();
		return hasVanished;
	};

	const refresh = () => {
		if (!place.isSessionInPlace()) return;
		const holder = lock.check();
		if (holder === 'ours') lock.refresh();
		else if (holder !== 'missing') isLost = true;
	};
	const timer = setInterval(refresh, REFRESH_EVERY_MS);
	timer.unref();

	/** Where a place can still be reached as it was. */
	const unlock = (at: { place: HeldFolder; lock: SessionLock }) => {
		if (at.place.isSessionInPlace()) keepFolderTime(at.place.path, () => at.lock.release());
	};

	const session: OpenSession = {
		id,
		get folder() {
			return place.path;
		},
		get meta() {
			return meta;
		},
		notices: held.notices,
		witness,
		get isLost() {
			return isLost;
		},
		apply: (transition, facts, options = {}) => {
			const changed = transition(meta, facts);
			if (changed === meta) return meta;
			ensureHeld();
			const next = { ...changed, updated_at: toIso(clock.now()) };
			const before = meta;
			witnessChange(before, next, witness);
			writeMeta(next, options.isMinor ? 'content' : true);
			for (const event of eventsOfChange(before, next)) log.add(event);
			return meta;
		},
		writeTurnState: (state, options = {}) => {
			const recreated = ensureHeld();
			heldStates().set(state.turn, state);
			writeState(state, options.sync ?? false);
			if (!options.isRepair) bumpFolderTime(place.path, clock.now());
			return { recreated };
		},
		writableFolder: () => {
			ensureHeld();
			return place.path;
		},
		wayTo: (path) => place.wayTo(path),
		hearNotices: (listener) => {
			tell = listener ?? held.onNotice;
		},
		together: (writes) => {
			if (lookedAt !== 'none') return writes();
			lookedAt = 'not yet';
			try {
				return writes();
			} finally {
				lookedAt = 'none';
			}
		},
		writePrompt: (turn, prompt) => {
			ensureHeld();
			const path = turnFile(place.path, turn, 'prompt.md');
			explainingWrites(path, () => writeAtomic(place.wayTo(path), prompt));
			kept.set(path, prompt);
		},
		keepRecords,
		restore: () => {
			const hadVanished = ensureHeld();
			const hadGone = restoreRecords();
			if (hadGone) held.prepareStore();
			return hadGone || hadVanished;
		},
		log: (event) => {
			if (!isReleased && !isLost) log.add(event);
		},
		turns: () => [...heldStates().values()].sort((a, b) => a.turn - b.turn),
		discardIfEmpty: () => {
			const isEmpty = turnNumbers(place.path).length === 0 && meta.checkpoint === null;
			const isOurs = place.obstacle() === null && lock.check() === 'ours';
			if (!isEmpty || isReleased || !isOurs) return session.release();
			try {
				witness.remove();
				rmSync(place.path, { recursive: true, force: true });
			} finally {
				session.letGo();
			}
		},
		release: () => {
			if (isReleased) return;
			try {
				const obstacle = place.obstacle();
				if (obstacle !== null && left !== null) return tell(`${obstacle}; nothing is written there`);
				if (obstacle !== null) moveAway(obstacle);
				if (lock.check() !== 'ours') return;
				const { status, checkpoint } = writeMeta(closed(meta, place.path, clock.now()), 'content');
				log.restore();
				log.add({ type: 'session_closed', status, reason: checkpoint?.reason ?? null });
			} finally {
				session.letGo();
			}
		},
		letGo: () => {
			if (isReleased) return;
			clearInterval(timer);
			isReleased = true;
			witness.letGo();
			log.close();
			try {
				unlock({ place, lock });
				if (left !== null) unlock(left);
			} finally {
				place.close();
				left?.place.close();
			}
		},
	};
	return session;
}

/** Notes, and what a chat goes by, enter a record only as the user says them. */
function witnessChange(before: SessionMeta, after: SessionMeta, witness: Witness): void {
	for (const { kind, text } of after.notes.slice(before.notes.length))
		witness.add({ kind, turn: after.turn_count, words: text });
	if (after.chat === undefined || after.chat === before.chat) return;
	const known = new Set(before.chat === undefined ? [] : wordsOfChat(before.chat));
	for (const words of wordsOfChat(after.chat))
		if (!known.has(words)) witness.add({ kind: 'chat', turn: after.turn_count, words });
}

/** What the user said of how a chat goes. */
export function wordsOfChat({ until, participants }: ChatRecord): string[] {
	return [until, ...participants.map(({ role }) => role)].filter((words) => words !== null);
}

/** Removes what a killed writer left of atomic writes (`.NAME.*.tmp`). Only under the lock. */
export function removeTemporaries(folder: string): void {
	for (const place of [folder, join(folder, TURNS_FOLDER), join(folder, PACKETS_FOLDER)])
		for (const name of readdirSync(place)) if (/^\..+\.tmp$/.test(name)) removeIfThere(join(place, name));
}

/** `meta` as it must read once nobody holds the lock. */
function closed(meta: SessionMeta, folder: string, now: number): SessionMeta {
	const race = raceStanding(folder, meta);
	const { status, reason } = sessionStatus({ isLocked: false, meta, ...readNewestTurns(folder), race });
	return close(meta, { status, reason, at: now });
}

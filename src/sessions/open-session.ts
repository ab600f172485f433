import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, toIso } from '../core/clock.ts';
import { ensureFolder, removeIfThere, writeAtomic } from '../core/files.ts';
import type { SessionId } from '../core/ids.ts';
import { explainingWrites } from '../core/write-failure.ts';
import { bumpFolderTime, keepFolderTime } from './folder-time.ts';
import { KeptRecords } from './kept-records.ts';
import { raceStanding } from './race-standing.ts';
import { serializeMeta, serializeTurnState } from './record-file.ts';
import { lockedBy, REFRESH_EVERY_MS, type SessionLock } from './session-lock.ts';
import type { SessionMeta } from './session-meta.ts';
import { META_FILE, PACKETS_FOLDER, TURNS_FOLDER, turnFile, turnNumbers } from './session-paths.ts';
import { sessionStatus } from './session-status.ts';
import { refuseLink } from './store-location.ts';
import { readNewestTurns, readTurns } from './turn-records.ts';
import type { TurnState } from './turn-state.ts';

/** A session that this process alone may write, until `release`. */
export interface OpenSession {
	readonly id: SessionId;
	/** Absolute. */
	readonly folder: string;
	/** As last written. */
	readonly meta: SessionMeta;
	/** What the user should know about the opening, for instance whose stale lock was replaced. */
	readonly notices: readonly string[];
	/** True once another process was seen with the lock; writes throw `session_locked` from then on. */
	readonly isLost: boolean;
	/**
	 * Replaces `meta.json` by `change` of it, durably, with a new `updated_at`; does not count as use of the session.
	 * Throws `session_locked` when the lock went to someone else, `disk_full`, `not_writable`.
	 * `isMinor`: the turn's own state says it too, so a power cut may undo it.
	 */
	update(change: (meta: SessionMeta) => SessionMeta, options?: { isMinor?: boolean }): SessionMeta;
	/**
	 * Replaces the turn's `NNN-state.json` and marks the session as the one in use (`isRepair` does not). `recreated` is
	 * true when the session's folder had vanished and was made anew: what else stood in it is gone. Throws as `update`.
	 */
	writeTurnState(state: TurnState, options?: { sync?: boolean; isRepair?: boolean }): { recreated: boolean };
	/** Writes `NNN-prompt.md`. Throws as `update`. */
	writePrompt(turn: number, prompt: Buffer): void;
	/** Remembers the prompts of all turns, and the sessions before this one, for `restore`. Reads them once. */
	keepRecords(): void;
	/** Writes again what somebody removed of what is remembered. Returns true when something was. Throws as `update`. */
	restore(): boolean;
	/** Ascending; turns whose state cannot be read are left out. */
	turns(): TurnState[];
	/** Writes the true status into `meta.json` and lets go of the lock. Idempotent. */
	release(): void;
	/** Removes a session in which nothing was recorded, lock and all; any other is released. */
	discardIfEmpty(): void;
}

export interface HeldSession {
	id: SessionId;
	folder: string;
	meta: SessionMeta;
	lock: SessionLock;
	clock: Clock;
	notices: readonly string[];
	/** Makes the store's own folders and ignore file again. */
	prepareStore: () => void;
	/** Of the sessions that this one goes on from. */
	ancestors: () => readonly string[];
}

/** The session whose lock was just taken. Refreshes the lock until `release`; never keeps the process alive for it. */
export function holdSession(held: HeldSession): OpenSession {
	const { id, folder, lock, clock } = held;
	let meta = held.meta;
	let isLost = false;
	let isReleased = false;

	const writeMeta = (next: SessionMeta, sync: true | 'content' = true): SessionMeta => {
		const path = join(folder, META_FILE);
		const text = serializeMeta(next, path);
		keepFolderTime(folder, () => explainingWrites(path, () => writeAtomic(path, text, { sync })));
		meta = next;
		return meta;
	};

	/** Read once: only this process writes them while it holds the lock. What is held is written again if it vanishes. */
	let states: Map<number, TurnState> | null = null;
	const heldStates = (): Map<number, TurnState> => {
		states ??= new Map(readTurns(folder).turns.map((state) => [state.turn, state]));
		return states;
	};
	const writeState = (state: TurnState, sync: boolean) => {
		const path = turnFile(folder, state.turn, 'state.json');
		const text = serializeTurnState(state, path);
		explainingWrites(path, () => {
			ensureFolder(dirname(path));
			writeAtomic(path, text, { sync });
		});
	};

	const kept = new KeptRecords();
	let hasKept = false;
	const keepRecords = () => {
		if (hasKept) return;
		hasKept = true;
		heldStates();
		kept.readPrompts(folder);
		for (const ancestor of held.ancestors()) kept.readSession(ancestor);
	};
	/** The records that this process holds, the user's words before what is known of them. Returns true when one was gone. */
	const restoreRecords = (): boolean => {
		const isMetaGone = !existsSync(join(folder, META_FILE));
		if (isMetaGone) writeMeta(meta);
		const restored = explainingWrites(folder, () => keepFolderTime(folder, () => kept.restore()));
		const gone = [...(states?.values() ?? [])].filter(
			({ turn }) => !existsSync(turnFile(folder, turn, 'state.json')),
		);
		for (const state of gone) writeState(state, false);
		return isMetaGone || gone.length > 0 || restored > 0;
	};

	/** Before each write. Returns true when the folder had vanished and was made again. */
	const ensureHeld = (): boolean => {
		if (isReleased) throw new Error(`session ${id} was released`);
		const holder = lock.check();
		if (holder === 'ours') return false;
		if (holder !== 'missing') {
			isLost = true;
			throw lockedBy(holder);
		}
		const hasVanished = !existsSync(join(folder, META_FILE));
		held.prepareStore();
		prepareSessionFolder(folder);
		const isBack = keepFolderTime(folder, () => explainingWrites(folder, () => lock.restore()));
		if (!isBack) return ensureHeld();
		if (hasVanished) restoreRecords();
		return hasVanished;
	};

	const refresh = () => {
		const holder = lock.check();
		if (holder === 'ours') lock.refresh();
		else if (holder !== 'missing') isLost = true;
	};
	const timer = setInterval(refresh, REFRESH_EVERY_MS);
	timer.unref();

	const session: OpenSession = {
		id,
		folder,
		get meta() {
			return meta;
		},
		notices: held.notices,
		get isLost() {
			return isLost;
		},
		update: (change, options = {}) => {
			ensureHeld();
			const next = { ...change(meta), updated_at: toIso(clock.now()) };
			return writeMeta(next, options.isMinor ? 'content' : true);
		},
		writeTurnState: (state, options = {}) => {
			const recreated = ensureHeld();
			heldStates().set(state.turn, state);
			writeState(state, options.sync ?? false);
			if (!options.isRepair) bumpFolderTime(folder, clock.now());
			return { recreated };
		},
		writePrompt: (turn, prompt) => {
			ensureHeld();
			const path = turnFile(folder, turn, 'prompt.md');
			explainingWrites(path, () => writeAtomic(path, prompt));
			kept.set(path, prompt);
		},
		keepRecords,
		restore: () => {
			const hadVanished = ensureHeld();
			return restoreRecords() || hadVanished;
		},
		turns: () => [...heldStates().values()].sort((a, b) => a.turn - b.turn),
		discardIfEmpty: () => {
			const isEmpty = turnNumbers(folder).length === 0 && meta.checkpoint === null;
			if (!isEmpty || isReleased || lock.check() !== 'ours') return session.release();
			clearInterval(timer);
			isReleased = true;
			rmSync(folder, { recursive: true, force: true });
		},
		release: () => {
			if (isReleased) return;
			clearInterval(timer);
			try {
				if (lock.check() === 'ours') writeMeta(closed(meta, folder, clock.now()), 'content');
			} finally {
				isReleased = true;
				keepFolderTime(folder, () => lock.release());
			}
		},
	};
	return session;
}

/** The session's folders, 0700; refuses (`refused`) one that is a link. */
export function prepareSessionFolder(folder: string): void {
	refuseSessionLinks(folder);
	for (const path of [folder, join(folder, TURNS_FOLDER), join(folder, PACKETS_FOLDER)]) {
		if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
			explainingWrites(path, () => ensureFolder(path));
	}
}

/** Throws `refused` where one of the session's folders is a link. */
export function refuseSessionLinks(folder: string): void {
	for (const path of [folder, join(folder, TURNS_FOLDER), join(folder, PACKETS_FOLDER)]) refuseLink(path);
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
	const at = toIso(now);
	const checkpoint =
		reason === null || meta.checkpoint?.reason === reason
			? meta.checkpoint
			: { reason, at, packet: null, next_agent: null, reset_at: null, pending_prompt: null };
	return { ...meta, status, checkpoint: status === 'completed' ? null : checkpoint, ended_at: at };
}

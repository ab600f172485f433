import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AllowRule } from '../../agents/asking/allow-rules.ts';
import { type Clock, toIso } from '../../core/clock.ts';
import { removeIfThere } from '../../core/files/write-file.ts';
import type { SessionId } from '../../core/ids.ts';
import { bumpFolderTime } from '../files/folder-time.ts';
import { PACKETS_FOLDER, TURNS_FOLDER, turnNumbers } from '../files/session-paths.ts';
import { raceStanding } from '../listing/race-standing.ts';
import { sessionStatus } from '../listing/session-status.ts';
import type { LogEvent } from '../log/log-entry.ts';
import { eventsOfChange } from '../log/record-changes.ts';
import { SessionLog } from '../log/session-log.ts';
import type { ChatRecord, SessionMeta } from '../session-meta.ts';
import { close, type Transition } from '../transitions.ts';
import type { TurnState } from '../turns/turn-state.ts';
import { readNewestTurns, type TurnRecords } from '../turns/turn-states.ts';
import type { Witness } from '../witness/witness.ts';
import { confirmedRules, wordsOfRule } from './confirmed-rules.ts';
import { HeldRecords } from './held-records.ts';
import { wordsOfConfig } from './kept-settings.ts';
import { leftNotes } from './left-notes.ts';
import { type HoldOptions, SessionHold } from './session-hold.ts';

/** A session that this process alone may write, until `release`. */
export interface OpenSession {
	readonly id: SessionId;
	/** Absolute. Changes if something gets in its way; `writableFolder` checks. */
	readonly folder: string;
	/** As last written. */
	readonly meta: SessionMeta;
	/** What the user should know about the opening, for instance whose stale lock was replaced. */
	readonly notices: readonly string[];
	/** What the user says here, witnessed outside the records. */
	readonly witness: Witness;
	/** True once another process was seen with the lock; writes throw `session_locked` from then on. */
	readonly isLost: boolean;
	/**
	 * Changes `meta.json` by a transition, durably, with a new `updated_at`; does not count as use of the session. Nothing is
	 * written if nothing changes. Throws `session_locked` when the lock went to someone else, `disk_full`, `not_writable`.
	 * `isMinor`: the turn's own state says it too, so a power cut may undo it.
	 */
	apply<Facts>(transition: Transition<Facts>, facts: Facts, options?: { isMinor?: boolean }): SessionMeta;
	/**
	 * Replaces the turn's `NNN-state.json` and marks the session as the one in use (`isRepair` does not). `recreated` is
	 * true when the session's folder had vanished and was made again: what else was in it is gone. Throws like `apply`.
	 */
	writeTurnState(state: TurnState, options?: { sync?: boolean; isRepair?: boolean }): { recreated: boolean };
	/**
	 * The folder to write a file of the session to, right now: no link or other folder has replaced one on the way, and what was
	 * removed is there again. If one has, the session continues in the state folder, and the user is warned. Throws like `apply`,
	 * and `refused` if the state folder is obstructed too.
	 */
	writableFolder(): string;
	/** `path` of a file in that folder, for one immediate use: no swap of a folder can redirect it, if the system can ensure that. */
	wayTo(path: string): string;
	/** Replaces the store's `onNotice` for the news that the session had to leave its folder; null: back to that. */
	hearNotices(listener: ((text: string) => void) | null): void;
	/**
	 * Writes that follow each other at once: who holds the session, and that nothing is in its way, is checked only before the
	 * first of them if no swap of a folder could redirect a later one.
	 */
	together<T>(writes: () => T): T;
	/** Writes `NNN-prompt.md`. Throws like `apply`. */
	writePrompt(turn: number, prompt: Buffer): void;
	/** What the user lets agents do here beyond the preset. What only the record says does not count. */
	allowed(): AllowRule[];
	/** Resolves once it is on disk that the session is ours, and what the user said in it. Never rejects; the witness keeps a problem. */
	settled(): Promise<void>;
	/** Remembers the prompts of all turns, and the sessions before this one, for `restore`. Reads them once. */
	keepRecords(): void;
	/** Writes again what is remembered and was removed. Returns true if something was. Throws like `apply`. */
	restore(): boolean;
	/** Adds to `log.jsonl`. Never throws: a log that cannot be written stops nothing, and the user is warned once. */
	log(event: LogEvent): void;
	/** Ascending; turns whose state cannot be read are left out. */
	turns(): TurnState[];
	/** Like `turns`, with what could not be read. */
	turnRecords(): TurnRecords;
	/** Writes the true status into `meta.json` and lets go of the lock. Idempotent. */
	release(): void;
	/** Like `release`, but leaves the record as it is. */
	letGo(): void;
	/** Removes a session in which nothing was recorded, lock and all; any other is released. */
	discardIfEmpty(): void;
}

export interface HeldSession extends Omit<HoldOptions, 'onMoved' | 'onVanished'> {
	meta: SessionMeta;
	clock: Clock;
	notices: readonly string[];
	witness: Witness;
	/** One line for the user, shown at once. */
	onNotice: (text: string) => void;
	/** The sessions that this one continues, read right before an agent works: what they hold afterwards may be its doing. */
	ancestors: () => readonly string[];
	/** Resolves once the record and its witness are on disk; null: this process did not make the session. */
	created: Promise<void> | null;
	/** Called once nothing of the session is held any more. */
	onLetGo: () => void;
}

/** The session whose lock was just taken. */
export function holdSession(held: HeldSession): OpenSession {
	const { id, clock, witness } = held;
	witness.hold();
	let listener: ((text: string) => void) | null = null;
	const say = (text: string) => (listener ?? held.onNotice)(text);
	const log = new SessionLog({ place: () => hold.place, clock, onNotice: say });
	const { meta, ancestors, created } = held;
	const records = new HeldRecords({
		place: () => hold.place,
		meta,
		isNew: created !== null,
		log,
		ancestors,
	});
	const hold: SessionHold = new SessionHold({
		...held,
		onVanished: () => void records.restore(),
		/** Continues outside the repo with all that this process holds. */
		onMoved: (from, obstacle) => {
			records.moveFrom(from);
			if (witness.isOurs) witness.begin(hold.place.path);
			records.restore();
			const text = `${obstacle}; nothing is written through it. This session continues in ${hold.place.path}`;
			// A turn that listens logs the notice itself.
			if (listener === null) log.add({ type: 'notice', level: 'warning', text });
			say(text);
		},
	});

	const letGo = (seen: { isInPlace?: boolean } = {}) => {
		if (hold.isReleased) return;
		held.onLetGo();
		witness.letGo();
		log.close();
		hold.letGo(seen);
	};

	const session: OpenSession = {
		id,
		get folder() {
			return hold.place.path;
		},
		get meta() {
			return records.meta;
		},
		notices: held.notices,
		witness,
		get isLost() {
			return hold.isLost;
		},
		apply: (transition, facts, options = {}) => {
			const before = records.meta;
			const changed = transition(before, facts);
			if (changed === before) return before;
			hold.ensure();
			const next = { ...changed, updated_at: toIso(clock.now()) };
			witnessChange(before, next, witness);
			records.writeMeta(next, options.isMinor ? 'content' : true);
			for (const event of eventsOfChange(before, next)) log.add(event);
			return next;
		},
		writeTurnState: (state, options = {}) => {
			const recreated = hold.ensure();
			records.writeState(state, options.sync ?? false);
			if (!options.isRepair) bumpFolderTime(hold.place.ref, clock.now());
			return { recreated };
		},
		writableFolder: () => {
			hold.ensure();
			return hold.place.path;
		},
		wayTo: (path) => hold.place.wayTo(path),
		hearNotices: (hear) => {
			listener = hear;
		},
		together: (writes) => hold.together(writes),
		writePrompt: (turn, prompt) => {
			hold.ensure();
			records.writePrompt(turn, prompt);
		},
		allowed: () => confirmedRules(records.meta, witness),
		settled: async () => {
			await Promise.all([created, witness.settle()]);
		},
		keepRecords: () => records.keep(),
		restore: () => {
			const hadVanished = hold.ensure();
			const hadGone = records.restore();
			if (hadGone) held.prepareStore();
			return hadGone || hadVanished;
		},
		log: (event) => {
			if (!hold.isReleased && !hold.isLost) log.add(event);
		},
		turns: () => records.turns().turns,
		turnRecords: () => records.turns(),
		discardIfEmpty: () => {
			const isOurs = hold.isInPlace;
			if (!isEmpty(records.meta, hold.place.path) || hold.isReleased || !isOurs) return session.release();
			try {
				witness.remove();
				rmSync(hold.place.path, { recursive: true, force: true });
			} finally {
				session.letGo();
			}
		},
		release: () => {
			if (hold.isReleased) return;
			let isInPlace = false;
			try {
				const obstacle = hold.place.obstacle();
				if (obstacle !== null && hold.hasMoved) return say(`${obstacle}; nothing is written there`);
				if (obstacle !== null) hold.moveAway(obstacle);
				isInPlace = obstacle === null;
				if (!hold.isLockOurs) return;
				const last = closed(records.meta, hold.place.path, clock.now());
				const { status, checkpoint } = records.writeMeta(last, 'content');
				log.restore();
				log.add({ type: 'session_closed', status, reason: checkpoint?.reason ?? null });
			} finally {
				letGo({ isInPlace });
			}
		},
		letGo: () => letGo(),
	};
	return session;
}

/** Neither a turn nor anything that waits for one: a prompt with its packet, or a note that an agent left. */
function isEmpty({ checkpoint }: SessionMeta, folder: string): boolean {
	return turnNumbers(folder).length === 0 && checkpoint === null && leftNotes(folder, []).notes.length === 0;
}

/** Notes that are not an agent's and the rules of a chat enter a record only when the user says them. */
function witnessChange(before: SessionMeta, after: SessionMeta, witness: Witness): void {
	for (const { kind, text, by } of after.notes.slice(before.notes.length))
		if (by === undefined) witness.add({ kind, turn: after.turn_count, words: text });
	for (const rule of (after.allowed ?? []).slice(before.allowed?.length ?? 0))
		witness.add({ kind: 'allow', turn: after.turn_count, words: wordsOfRule(rule) });
	if (after.config !== undefined && after.config !== before.config)
		witness.add({ kind: 'config', turn: after.turn_count, words: wordsOfConfig(after.config) });
	if (after.chat === undefined || after.chat === before.chat) return;
	const known = new Set(before.chat === undefined ? [] : wordsOfChat(before.chat));
	for (const words of wordsOfChat(after.chat))
		if (!known.has(words)) witness.add({ kind: 'chat', turn: after.turn_count, words });
}

/** The user's words in the rules of a chat. */
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

/** What the store of a repo's sessions does, and what it is made of. */
import type { Clock } from '../../core/clock.ts';
import type { SessionId } from '../../core/ids.ts';
import type { StoreLocation } from '../files/store-location.ts';
import type { LineageEntry } from '../lineage/lineage.ts';
import type { TrueStatus } from '../listing/session-status.ts';
import type { NameInForce } from '../names/name-id.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { Transition } from '../transitions.ts';
import type { TurnState } from '../turns/turn-state.ts';
import type { Witness, Witnesses } from '../witness/witness.ts';
import type { LockProcesses } from './lock-record.ts';
import type { SessionDraft } from './make-session.ts';
import type { SessionInit } from './new-meta.ts';
import type { OpenSession } from './open-session.ts';
import type { StoreLists } from './store-lists.ts';

export interface SessionStore extends StoreLists {
	readonly location: StoreLocation;
	/**
	 * Makes a session and opens it. With `parent` it takes over objective, native ids and notes of that session. Throws
	 * `refused`, `disk_full`, `not_writable`; then nothing of the session is left.
	 */
	create(init: SessionInit): OpenSession;
	/** Throws `no_such_session`, `session_locked`, `newer_version`, `damaged_record`; nothing is changed then. */
	open(id: SessionId): OpenSession;
	/**
	 * Changes the record of a session by a transition. Not a use of the session: its status, its place in lists and its open turns
	 * stay as they are. Throws like `open`.
	 */
	change<Facts>(id: SessionId, transition: Transition<Facts>, facts: Facts): SessionMeta;
	/** The record as it is. Throws `no_such_session`, `damaged_record`, `newer_version` (unreadable only). */
	read(id: SessionId): SessionMeta;
	/** The true status, whatever the record says. Throws like `read`. */
	status(id: SessionId): TrueStatus;
	/** Where a session's records are. */
	folderOf(id: SessionId): string;
	/** What is known of a session that its records cannot change. */
	witness(id: SessionId): Witness;
	/**
	 * Removes a session from all its places, with its witness unless a copy of the repo has the session too. Throws
	 * `session_locked`, `refused` (a link in its place), `not_writable`; a process that dies meanwhile leaves it whole, or a folder
	 * that `removedSessions` finds. `judge` throws if the session must stay; it is called once nobody else can write it, and again
	 * once nobody can find it any more.
	 */
	remove(id: SessionId, judge?: (is: 'locked' | 'gone') => void): void;
	/** Finishes removals whose process died. Returns the ids of those sessions. */
	finishRemovals(): SessionId[];
	/** Throws `session_locked` if another process works in the session. */
	refuseLocked(id: SessionId): void;
	/** Ascending; turns whose state cannot be read are left out (`lineage` names them). */
	turns(id: SessionId): TurnState[];
	/** This session and its ancestors, oldest first; missing parents and cycles end the chain and are reported in `problems`. */
	lineage(id: SessionId): LineageEntry[];
	/** The lineage, and before it the turns that it was forked from: what agents are told of. See `readStory`. */
	story(id: SessionId): LineageEntry[];
	/**
	 * Makes a session that nobody works in yet. `write` fills its folder and returns its record; lists know it once all of it is
	 * there, so a process that dies before leaves no session. `publish` calls `show`, which lets lists know it, or throws. Throws like
	 * `create`, and what `write` and `publish` throw; then nothing is left.
	 */
	make(
		init: SessionInit,
		write: (draft: SessionDraft) => Promise<SessionMeta>,
		publish?: (show: () => void) => void,
	): Promise<SessionId>;
}

export interface SessionStoreOptions {
	location: StoreLocation;
	clock: Clock;
	/** From `createSessionIds`. */
	ids: (newest: SessionId | null) => SessionId;
	processes: LockProcesses;
	relayVersion: string;
	/** Default: `default`, not given. It may change while the process runs. */
	name?: () => NameInForce;
	witnesses: Witnesses;
	/** For what can be made again at any time. Default: nothing is cached. */
	cacheFolder?: string;
	/** Gets one line for the user that cannot wait for the end of a turn. */
	onNotice?: (text: string) => void;
}

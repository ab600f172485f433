import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { lstatExactly, lstatIfThere } from '../../core/files/file-facts.ts';
import type { SessionId } from '../../core/ids.ts';
import { META_FILE, sessionsFolder } from '../files/session-paths.ts';
import { folderOfSession, type StoreLocation, storeFolders } from '../files/store-location.ts';
import { sessionIds } from '../listing/session-list.ts';
import type { SessionMeta } from '../session-meta.ts';

export interface RosterOptions {
	location: StoreLocation;
	/** Throws RelayError for one that has no record yet, or none that can be read. */
	read: (id: SessionId) => SessionMeta;
	/** Epoch ms. */
	now: () => number;
	/** Those that were there before the first members were chosen, by `begunSessions`: all others are new. */
	before: ReadonlySet<SessionId>;
	/** Which new sessions join, though they continue no other of the roster. */
	takesNew: (id: SessionId) => boolean;
}

/** So many of the newest may be about to get their record. */
const MAY_BEGIN = 20;

/** The sessions of a repo that have a record; of older ones that is taken for granted. */
export function begunSessions(location: StoreLocation): Set<SessionId> {
	const ids = sessionIds(location).sort();
	const older = ids.slice(0, -MAY_BEGIN);
	const newest = ids.slice(-MAY_BEGIN);
	const hasRecord = (id: SessionId) =>
		lstatIfThere(join(folderOfSession(location, id), META_FILE)) !== undefined;
	return new Set([...older, ...newest.filter(hasRecord)]);
}

interface RosterEntry {
	id: SessionId;
	meta: SessionMeta;
}

/** A record follows its folder within milliseconds; one without it after this long never begins. */
const BEGINS_WITHIN_MS = 30_000;
/** Two changes of a folder within this time may have left the same time on it. */
const TIME_STEP_MS = 1000;

/** The sessions of a repo that are followed: some to begin with, whatever continues one of them, and new ones where asked for. */
export class SessionRoster {
	readonly #options: RosterOptions;
	readonly #members = new Set<SessionId>();
	readonly #seen = new Set<SessionId>();
	/** Without a record so far, by when they were first seen. */
	readonly #unbegun = new Map<SessionId, number>();
	#isFirstLook = true;
	#looked: { at: number; times: string; newest: number } | null = null;

	/** `members`: those to begin with; what continues them and is there already joins at the first look. */
	constructor(members: readonly SessionId[], options: RosterOptions) {
		this.#options = options;
		for (const id of members) this.#members.add(id);
		const oldest = [...members].sort()[0];
		for (const id of sessionIds(options.location))
			if (this.#members.has(id) || (oldest !== undefined && id < oldest)) this.#seen.add(id);
	}

	/** The folders in which new sessions appear. */
	get folders(): string[] {
		return storeFolders(this.#options.location).map((folder) => sessionsFolder({ folder }));
	}

	/** It is followed from now on, and what continues it. */
	add(id: SessionId): void {
		this.#members.add(id);
		this.#seen.add(id);
	}

	/** Those that join since the last look, oldest first. */
	look(): RosterEntry[] {
		const now = this.#options.now();
		if (this.#unbegun.size === 0 && this.#isUnchanged(now)) return [];
		const isFirst = this.#isFirstLook;
		this.#isFirstLook = false;
		for (const id of sessionIds(this.#options.location)) {
			if (this.#seen.has(id)) continue;
			this.#seen.add(id);
			this.#unbegun.set(id, now);
		}
		return [...this.#unbegun.keys()].sort().flatMap((id) => this.#judge(id, isFirst) ?? []);
	}

	#judge(id: SessionId, isFirst: boolean): RosterEntry | null {
		const meta = this.#readOrNull(id);
		const isLost = this.#options.now() - (this.#unbegun.get(id) ?? 0) > BEGINS_WITHIN_MS;
		if (meta === null && !isLost) return null;
		this.#unbegun.delete(id);
		if (meta === null) return null;
		const isChild = [...this.#members].some((member) => member === meta.parent);
		const isNew = !(isFirst && this.#options.before.has(id));
		if (!isChild && !(isNew && this.#options.takesNew(id))) return null;
		this.#members.add(id);
		return { id, meta };
	}

	#readOrNull(id: SessionId): SessionMeta | null {
		try {
			return this.#options.read(id);
		} catch (error) {
			if (error instanceof RelayError) return null;
			throw error;
		}
	}

	/** By the times of the folders: to list ten thousand sessions takes 6 ms each time. */
	#isUnchanged(now: number): boolean {
		const facts = this.folders.map(lstatExactly);
		const times = facts.map((fact) => (fact === undefined ? '' : `${fact.ino}:${fact.mtimeNs}`)).join(' ');
		const newest = Math.max(...facts.map((fact) => Number(fact?.mtimeMs ?? 0)));
		const last = this.#looked;
		this.#looked = { at: now, times, newest };
		return last !== null && last.times === times && last.at > newest + TIME_STEP_MS;
	}
}

/**
 * The chain of folders that leads to a session's files. An agent may write to all of them, so each write looks again, right
 * before it, that none is a link or another folder by now. Where the system has `/proc/self/fd`, files are then reached through
 * the open folder, so that a swap between the look and the write changes nothing; node has no other call relative to a folder.
 * There the system also has the path of each open folder as it is at this moment, with no link in it: where that is the path it
 * was opened by, all on the way is in place.
 */
import {
	type BigIntStats,
	closeSync,
	constants,
	existsSync,
	fstatSync,
	mkdirSync,
	openSync,
	readlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { lstatExactly } from '../../core/files/file-facts.ts';
import { FOLDER_MODE } from '../../core/files/folders.ts';
import type { FolderRef } from './folder-time.ts';
import { ADOPT_FOLDER, PACKETS_FOLDER, RACE_FOLDER, TURNS_FOLDER } from './session-paths.ts';
import { foldersAbove, refuseLink } from './store-location.ts';

/**
 * The store, what is above it in the state home, and its `sessions`; the session with its own folders; and those that only the session of a race has. Each before
 * what is in it.
 */
export function foldersOf(session: string): { shared: string[]; own: string[]; ofRace: string[] } {
	const sessions = dirname(session);
	return {
		shared: [...foldersAbove(dirname(sessions)), dirname(sessions), sessions],
		own: [session, join(session, TURNS_FOLDER), join(session, PACKETS_FOLDER)],
		ofRace: [join(session, RACE_FOLDER), join(session, ADOPT_FOLDER)],
	};
}

/** Throws `refused`, naming it, where one of the folders that lead to a session's files is a link or no folder. */
export function refuseLinksTo(session: string): void {
	const { shared, own, ofRace } = foldersOf(session);
	for (const path of [...shared, ...own, ...ofRace]) refuseLink(path);
}

export class HeldFolder {
	readonly path: string;
	readonly #shared: readonly string[];
	readonly #ofRace: readonly string[];
	/** Device and inode of the session's own folders, as they were when this process made or first saw them. */
	readonly #own: Map<string, string | null>;
	/** Descriptors of the same folders, where files can be reached through them. */
	readonly #open = new Map<string, number>();
	/** Of folders that are gone; a write that is under way may still name one. */
	readonly #former: number[] = [];
	/** Those of the session's own folders that the last look did not find. */
	#missing: string[];

	/**
	 * Throws `refused` as `refuseLinksTo`. A folder that is missing belongs to the session once `makeMissing` has made it. `isNew`:
	 * this process has just made the session's folder, and nothing else.
	 */
	constructor(session: string, { isOfRace, isNew = false }: { isOfRace: boolean; isNew?: boolean }) {
		const { shared, own, ofRace } = foldersOf(session);
		this.path = session;
		this.#shared = shared;
		this.#ofRace = isOfRace ? ofRace : [];
		if (isNew) {
			this.#own = new Map(own.map((path) => [path, null]));
			this.#hold(session, { isNew });
			if (!this.#isSurelyInPlace(session)) for (const path of [...shared, session]) refuseLink(path);
		} else {
			for (const path of [...shared, ...ofRace]) refuseLink(path);
			this.#own = new Map(own.map((path) => [path, identityOf(realFolder(path))]));
			for (const [path, identity] of this.#own) if (identity !== null) this.#hold(path);
		}
		this.#missing = own.filter((path) => this.#own.get(path) === null);
	}

	/** A way to a file of the session that no swap of a folder leads elsewhere, for one use right now. */
	wayTo(path: string): string {
		const fd = this.#open.get(dirname(path));
		return fd === undefined ? path : `${OPEN_FOLDERS}/${fd}/${basename(path)}`;
	}

	/** The session's own folder, for its time. */
	get ref(): FolderRef {
		return this.#open.get(this.path) ?? this.path;
	}

	/** True where every file of the session is reached through an open folder, so that no swap leads a write elsewhere. */
	get isReachedThroughFolders(): boolean {
		return [...this.#own.keys()].every((path) => this.#open.has(path));
	}

	/** Whether one of the session's own folders was missing at the last look. */
	get hasMissing(): boolean {
		return this.#missing.length > 0;
	}

	/** Nothing is written any more. Idempotent. */
	close(): void {
		for (const fd of [...this.#open.values(), ...this.#former.splice(0)]) closeSync(fd);
		this.#open.clear();
	}

	/** `isNew`: whatever folder stands there now is the session's. */
	#hold(path: string, { isNew = false } = {}): void {
		const before = this.#open.get(path);
		if (before !== undefined) this.#former.push(before);
		this.#open.delete(path);
		const fd = HAS_OPEN_FOLDERS ? openFolder(path) : null;
		const identity = identityOf(fd === null ? lstatExactly(path) : fstatSync(fd, { bigint: true }));
		if (isNew) this.#own.set(path, identity);
		if (fd === null) return;
		if (identity === this.#own.get(path)) this.#open.set(path, fd);
		else closeSync(fd);
	}

	/** False also where only a look at each folder on the way can say so. */
	#isSurelyInPlace(path: string): boolean {
		const fd = this.#open.get(path);
		return fd !== undefined && pathOf(fd) === path;
	}

	/**
	 * What stands in the way of a write: a link, a file, or a folder that is not the one this process began with. null: all is
	 * in place, or missing. Other relays share the store and `sessions`, and may have made those again after a removal.
	 */
	obstacle(): string | null {
		const areOwnInPlace = [...this.#own.keys()].every((path) => this.#isSurelyInPlace(path));
		const links = [...(areOwnInPlace ? [] : this.#shared), ...this.#ofRace].flatMap((path) => {
			const facts = lstatExactly(path);
			return facts === undefined || facts.isDirectory() ? [] : [`${path} is ${describe(facts)} now`];
		});
		if (links[0] !== undefined) return links[0];
		this.#missing = [];
		for (const [path, known] of areOwnInPlace ? [] : this.#own) {
			const facts = lstatExactly(path);
			if (facts === undefined) {
				this.#missing.push(path);
				continue;
			}
			if (!facts.isDirectory()) return `${path} is ${describe(facts)} now`;
			if (known !== identityOf(facts)) return `${path} is another folder now`;
		}
		return null;
	}

	/** True while the session's own folder is the one that was held. */
	isSessionInPlace(): boolean {
		if (this.#isSurelyInPlace(this.path)) return true;
		const known = this.#own.get(this.path) ?? null;
		return (
			known !== null &&
			known === identityOf(lstatExactly(this.path)) &&
			this.#shared.every((path) => lstatExactly(path)?.isDirectory() === true)
		);
	}

	/**
	 * Makes those of the session's own folders that were missing at the last look; what leads to them is there. Throws
	 * `refused`.
	 */
	makeMissing(): void {
		for (const path of this.#missing.splice(0)) {
			makeFolder(path);
			this.#hold(path, { isNew: true });
		}
	}
}

const OPEN_FOLDERS = '/proc/self/fd';
const HAS_OPEN_FOLDERS = existsSync(OPEN_FOLDERS);

/** Of an open folder, as it is now; null where the system does not say, as of one that was removed. */
function pathOf(fd: number): string | null {
	try {
		return readlinkSync(`${OPEN_FOLDERS}/${fd}`);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENAMETOOLONG', 'EACCES', 'EPERM')) return null;
		throw error;
	}
}

/** null where it cannot be opened: its path serves then. */
function openFolder(path: string): number | null {
	try {
		return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE')) return null;
		throw error;
	}
}

/** Somebody who was faster made it for a purpose of his own. */
function makeFolder(path: string): void {
	try {
		mkdirSync(path, { mode: FOLDER_MODE });
	} catch (error) {
		if (!hasErrno(error, 'EEXIST')) throw error;
		throw new RelayError('refused', `${path} was made by another process just now`, {
			hint: 'look at it, then remove it',
			cause: error,
		});
	}
}

/** undefined: it is missing. Throws `refused`. */
function realFolder(path: string): BigIntStats | undefined {
	const facts = lstatExactly(path);
	if (facts !== undefined) refuseLink(path, facts);
	return facts;
}

const identityOf = (facts: BigIntStats | undefined) =>
	facts === undefined ? null : `${facts.dev}:${facts.ino}`;

function describe(facts: BigIntStats): string {
	return facts.isSymbolicLink() ? 'a symbolic link' : 'no folder';
}

/**
 * The chain of folders that leads to a session's files. An agent may write to all of them, so each write checks, right before
 * it, that none is a link or another folder by now. If the system has `/proc/self/fd`, files are then reached through the open
 * folder, so that a swap between the check and the write changes nothing; Node has no other call relative to a folder. Such a
 * system also knows the current path of each open folder, free of links: if that is the path it was opened by, everything on
 * the way is in place.
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
 * The store, what is above it in the state home, and its `sessions`; the session with its own folders; and those that only the
 * session of a race has. Each list is ordered from the outside in.
 */
export function foldersOf(session: string): { shared: string[]; own: string[]; ofRace: string[] } {
	const sessions = dirname(session);
	return {
		shared: [...foldersAbove(dirname(sessions)), dirname(sessions), sessions],
		own: [session, join(session, TURNS_FOLDER), join(session, PACKETS_FOLDER)],
		ofRace: [join(session, RACE_FOLDER), join(session, ADOPT_FOLDER)],
	};
}

/** Throws `refused`, naming the path, if one of the folders that lead to a session's files is a link or not a folder. */
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
	/** Descriptors of the same folders, if files can be reached through them. */
	readonly #open = new Map<string, number>();
	/** Descriptors of folders that are gone; a write in progress may still use one. */
	readonly #former: number[] = [];
	/** Those of the session's own folders that the last look did not find. */
	#missing: string[];

	/**
	 * Throws `refused` like `refuseLinksTo`. A missing folder belongs to the session once `makeMissing` has made it. `isNew`: this
	 * process has just made the session's folder, and nothing else.
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

	/** A path to a file of the session that no swap of a folder can redirect, for one immediate use. */
	wayTo(path: string): string {
		const fd = this.#open.get(dirname(path));
		return fd === undefined ? path : `${OPEN_FOLDERS}/${fd}/${basename(path)}`;
	}

	/** The session's own folder, for its time. */
	get ref(): FolderRef {
		return this.#open.get(this.path) ?? this.path;
	}

	/** True if every file of the session is reached through an open folder, so that no swap can redirect a write. */
	get isReachedThroughFolders(): boolean {
		return [...this.#own.keys()].every((path) => this.#open.has(path));
	}

	/** Whether one of the session's own folders was missing at the last look. */
	get hasMissing(): boolean {
		return this.#missing.length > 0;
	}

	/** Ends all writing. Idempotent. */
	close(): void {
		for (const fd of [...this.#open.values(), ...this.#former.splice(0)]) closeSync(fd);
		this.#open.clear();
	}

	/** `isNew`: whatever folder is there now is the session's. */
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

	/** False also if only a check of each folder on the way can say so. */
	#isSurelyInPlace(path: string): boolean {
		const fd = this.#open.get(path);
		return fd !== undefined && pathOf(fd) === path;
	}

	/**
	 * What is in the way of a write: a link, a file, or a folder that is not the one this process began with. null: all is in
	 * place, or missing. Other relays share the store and `sessions`, and may have made those again after a removal.
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
	 * Makes those of the session's own folders that were missing at the last look; the folders above them exist. Throws
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

/** The current path of an open folder; null if the system does not say, for instance after a removal. */
function pathOf(fd: number): string | null {
	try {
		return readlinkSync(`${OPEN_FOLDERS}/${fd}`);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENAMETOOLONG', 'EACCES', 'EPERM')) return null;
		throw error;
	}
}

/** null if it cannot be opened: its path serves then. */
function openFolder(path: string): number | null {
	try {
		return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE')) return null;
		throw error;
	}
}

/** Throws `refused` if another process was faster: the folder may not be meant for the session. */
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
	return facts.isSymbolicLink() ? 'a symbolic link' : 'not a folder';
}

/**
 * What a relay remembers of a conversation, so that it can write it again after an agent's `git clean -fdx`: the prompts (the
 * user's words) of its session, and the record, prompts and states of the sessions before it.
 */
import { statSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { ensureFolder, namesIn } from '../../core/files/folders.ts';
import { readOrNull } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { type HeldFolder, refuseLinksTo } from './held-folder.ts';
import { logFile, META_FILE, TURNS_FOLDER } from './session-paths.ts';

/** If a conversation has more, the newest are kept: some thousand turns with a packet each. */
const MAX_BYTES = 64 * 1024 * 1024;
const PROMPT = /^\d{3,15}-prompt\.md$/;
const PROMPT_OR_STATE = /^\d{3,15}-(?:prompt\.md|state\.json)$/;

export class KeptRecords {
	readonly #files = new Map<string, Buffer>();
	/** When the sessions before this one were last used, by folder. */
	readonly #usedAt = new Map<string, { atime: Date; mtime: Date }>();
	#bytes = 0;

	/** The prompts of the current session; its holder keeps its other records. */
	readPrompts(folder: string): void {
		this.#readTurns(folder, PROMPT);
	}

	/** A session that this relay only reads. */
	readSession(folder: string): void {
		const facts = statSync(folder, { throwIfNoEntry: false });
		if (facts === undefined) return;
		this.#usedAt.set(folder, { atime: facts.atime, mtime: facts.mtime });
		this.#read(join(folder, META_FILE));
		this.#read(logFile(folder));
		this.#readTurns(folder, PROMPT_OR_STATE);
	}

	set(path: string, bytes: Buffer): void {
		if (this.#bytes + bytes.length > MAX_BYTES) return;
		this.#bytes += bytes.length - (this.#files.get(path)?.length ?? 0);
		this.#files.set(path, bytes);
	}

	/** Makes what is held of the session in `from` belong below `to` from now on. */
	move(from: string, to: string): void {
		for (const [path, bytes] of [...this.#files]) {
			if (!path.startsWith(`${from}/`)) continue;
			this.#files.delete(path);
			this.#files.set(to + path.slice(from.length), bytes);
		}
	}

	/**
	 * Writes what is gone, never over what exists, and nothing if a link has replaced a folder. Returns the number of files
	 * written. `isThere` says what exists now (`createPresence`).
	 */
	restore(place: Pick<HeldFolder, 'wayTo'>, isThere: (path: string) => boolean): number {
		const gone = [...this.#files].filter(([path]) => !isThere(path) && !leadsThroughLink(path));
		for (const [path, bytes] of gone) {
			ensureFolder(dirname(path));
			writeAtomic(place.wayTo(path), bytes);
		}
		if (gone.length > 0)
			for (const [folder, { atime, mtime }] of this.#usedAt)
				if (gone.some(([path]) => path.startsWith(`${folder}/`))) utimesSync(folder, atime, mtime);
		return gone.length;
	}

	#readTurns(folder: string, wanted: RegExp): void {
		const turns = join(folder, TURNS_FOLDER);
		for (const name of namesIn(turns, 'EACCES').sort().reverse())
			if (wanted.test(name)) this.#read(join(turns, name));
	}

	#read(path: string): void {
		if (this.#files.has(path)) return;
		// A link, a pipe, an unreadable file: not written by the relay.
		const bytes = readOrNull(path);
		if (bytes !== null) this.set(path, bytes);
	}
}

/** True if a link or a file has replaced a folder of the session that the file belongs to. */
function leadsThroughLink(path: string): boolean {
	const folder = dirname(path);
	try {
		refuseLinksTo(basename(folder) === TURNS_FOLDER ? dirname(folder) : folder);
		return false;
	} catch (error) {
		if (error instanceof RelayError && error.code === 'refused') return true;
		throw error;
	}
}

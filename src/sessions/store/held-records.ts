import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createPresence } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import type { HeldFolder } from '../files/held-folder.ts';
import { serializeMeta, serializeTurnState } from '../files/json-record.ts';
import { KeptRecords } from '../files/kept-records.ts';
import { META_FILE, turnFile } from '../files/session-paths.ts';
import type { SessionLog } from '../log/session-log.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { TurnState } from '../turns/turn-state.ts';
import { readTurns, type TurnRecords } from '../turns/turn-states.ts';

interface HeldRecordsOptions {
	/** Where the session is at the moment. */
	place: () => HeldFolder;
	meta: SessionMeta;
	/** This process has just made its folder: it has no turns. */
	isNew: boolean;
	log: SessionLog;
	/** Folders of the sessions that this one continues. */
	ancestors: () => readonly string[];
}

/**
 * The records of a session that this process holds: what was last written of each, so that it can be written again after somebody
 * removed it. The caller checks whether a write may happen.
 */
export class HeldRecords {
	readonly #options: HeldRecordsOptions;
	readonly #kept = new KeptRecords();
	#meta: SessionMeta;
	#hasKept = false;
	/** Read once: only this process writes them while it holds the lock. */
	#states: Map<number, TurnState> | null;
	#problems: string[] = [];

	constructor(options: HeldRecordsOptions) {
		this.#options = options;
		this.#meta = options.meta;
		this.#states = options.isNew ? new Map() : null;
	}

	/** As last written. */
	get meta(): SessionMeta {
		return this.#meta;
	}

	/** `problems`: the turns that could not be read when the session was opened. */
	turns(): TurnRecords {
		const turns = [...this.#heldStates().values()].sort((a, b) => a.turn - b.turn);
		return { turns, problems: this.#problems };
	}

	writeMeta(next: SessionMeta, sync: true | 'content' = true): SessionMeta {
		const place = this.#options.place();
		const path = join(place.path, META_FILE);
		const text = serializeMeta(next, path);
		keepFolderTime(place.ref, () =>
			explainingWrites(path, () => writeAtomic(place.wayTo(path), text, { sync })),
		);
		this.#meta = next;
		return next;
	}

	writeState(state: TurnState, sync: boolean): void {
		this.#heldStates().set(state.turn, state);
		this.#write(state, sync);
	}

	writePrompt(turn: number, prompt: Buffer): void {
		const place = this.#options.place();
		const path = turnFile(place.path, turn, 'prompt.md');
		explainingWrites(path, () => writeAtomic(place.wayTo(path), prompt));
		this.#kept.set(path, prompt);
	}

	/** Remembers the prompts of all turns, and the sessions before this one. Reads them once. */
	keep(): void {
		if (this.#hasKept) return;
		this.#hasKept = true;
		this.#heldStates();
		this.#kept.readPrompts(this.#options.place().path);
		this.#options.log.hold();
		if (this.meta.parent !== null)
			for (const ancestor of this.#options.ancestors()) this.#kept.readSession(ancestor);
	}

	/** Follows the session, which was in `from` and is elsewhere now, with what is remembered. */
	moveFrom(from: string): void {
		this.#kept.move(from, this.#options.place().path);
	}

	/** Writes what is gone, the user's words before what is known of them. Returns true if something was gone. */
	restore(): boolean {
		const place = this.#options.place();
		const folder = place.path;
		const isThere = createPresence();
		const isMetaGone = !existsSync(join(folder, META_FILE));
		if (isMetaGone) this.writeMeta(this.meta);
		const gone = [...(this.#states?.values() ?? [])].filter(
			({ turn }) => !isThere(turnFile(folder, turn, 'state.json')),
		);
		const restored = explainingWrites(folder, () =>
			keepFolderTime(place.ref, () => this.#kept.restore(place, isThere)),
		);
		for (const state of gone) this.#write(state, false);
		this.#options.log.restore();
		return isMetaGone || gone.length > 0 || restored > 0;
	}

	#heldStates(): Map<number, TurnState> {
		if (this.#states === null) {
			const { turns, problems } = readTurns(this.#options.place().path);
			this.#states = new Map(turns.map((state) => [state.turn, state]));
			this.#problems = problems;
		}
		return this.#states;
	}

	#write(state: TurnState, sync: boolean): void {
		const place = this.#options.place();
		const path = turnFile(place.path, state.turn, 'state.json');
		const text = serializeTurnState(state, path);
		explainingWrites(path, () => writeAtomic(place.wayTo(path), text, { sync }));
	}
}

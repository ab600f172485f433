import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../core/files/files.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import type { HeldFolder } from '../files/held-folder.ts';
import { serializeMeta, serializeTurnState } from '../files/json-record.ts';
import { KeptRecords } from '../files/kept-records.ts';
import { META_FILE, turnFile } from '../files/session-paths.ts';
import type { SessionLog } from '../log/session-log.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { TurnState } from '../turns/turn-state.ts';
import { readTurns } from '../turns/turn-states.ts';

interface HeldRecordsOptions {
	/** Where the session lies at this moment. */
	place: () => HeldFolder;
	meta: SessionMeta;
	log: SessionLog;
	/** Folders of the sessions that this one goes on from. */
	ancestors: () => readonly string[];
}

/**
 * The records of a session that this process holds: what was last written of each, so that it can be written again when somebody
 * removed it. Whether a write may happen is the caller's to look at.
 */
export class HeldRecords {
	readonly #options: HeldRecordsOptions;
	readonly #kept = new KeptRecords();
	#meta: SessionMeta;
	#hasKept = false;
	/** Read once: only this process writes them while it holds the lock. */
	#states: Map<number, TurnState> | null = null;

	constructor(options: HeldRecordsOptions) {
		this.#options = options;
		this.#meta = options.meta;
	}

	/** As last written. */
	get meta(): SessionMeta {
		return this.#meta;
	}

	/** Ascending; those that cannot be read are left out. */
	turns(): TurnState[] {
		return [...this.#heldStates().values()].sort((a, b) => a.turn - b.turn);
	}

	writeMeta(next: SessionMeta, sync: true | 'content' = true): SessionMeta {
		const place = this.#options.place();
		const path = join(place.path, META_FILE);
		const text = serializeMeta(next, path);
		keepFolderTime(place.path, () =>
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

	/** The session lay in `from` and lies elsewhere now: what is remembered belongs there. */
	moveFrom(from: string): void {
		this.#kept.move(from, this.#options.place().path);
	}

	/** Writes what is gone, the user's words before what is known of them. Returns true when something was. */
	restore(): boolean {
		const place = this.#options.place();
		const folder = place.path;
		const isMetaGone = !existsSync(join(folder, META_FILE));
		if (isMetaGone) this.writeMeta(this.meta);
		const restored = explainingWrites(folder, () => keepFolderTime(folder, () => this.#kept.restore(place)));
		const gone = [...(this.#states?.values() ?? [])].filter(
			({ turn }) => !existsSync(turnFile(folder, turn, 'state.json')),
		);
		for (const state of gone) this.#write(state, false);
		this.#options.log.restore();
		return isMetaGone || gone.length > 0 || restored > 0;
	}

	#heldStates(): Map<number, TurnState> {
		this.#states ??= new Map(readTurns(this.#options.place().path).turns.map((state) => [state.turn, state]));
		return this.#states;
	}

	#write(state: TurnState, sync: boolean): void {
		const place = this.#options.place();
		const path = turnFile(place.path, state.turn, 'state.json');
		const text = serializeTurnState(state, path);
		explainingWrites(path, () => writeAtomic(place.wayTo(path), text, { sync }));
	}
}

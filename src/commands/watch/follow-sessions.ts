/** The loop of `watch`: reads what is new in each session that is followed, waits for more, and says when each has ended. */
import { type Clock, yieldToIo } from '../../core/clock.ts';
import { lstatExactly } from '../../core/files/file-facts.ts';
import { createFolderChanges } from '../../core/files/folder-changes.ts';
import type { SessionId } from '../../core/ids.ts';
import { logFile } from '../../sessions/files/session-paths.ts';
import { BEGINNING, type Cursor } from '../../sessions/follow/cursor.ts';
import { type FollowedRecord, SETTLE_MS, SessionFollower } from '../../sessions/follow/follow-session.ts';
import type { SessionLife } from '../../sessions/follow/session-life.ts';
import type { SessionRoster } from '../../sessions/follow/session-roster.ts';

/** What is done with what is read. */
export interface FollowHandlers {
	/** It is followed from now on; also when it is at work again after its end. */
	onBegin(id: SessionId): void;
	/** The next one waits until it is shown. */
	onRecord(record: FollowedRecord): void | Promise<void>;
	/** Nobody works in it any more, or nothing is waited for. */
	onEnd(id: SessionId): void;
	/** Nothing happened for a while. */
	onRest(): void;
	/** After each piece. */
	drained(): Promise<void>;
}

export interface FollowOptions {
	roots: readonly SessionId[];
	/** All of their records are out. */
	shown: ReadonlySet<SessionId>;
	cursors: ReadonlyMap<SessionId, Cursor>;
	roster: SessionRoster;
	/** Several at a time; else one after the other. */
	isParallel: boolean;
	/** `end`: what is there, and no more. `sessions`: until all have ended. `forever`: until `signal`. */
	until: 'end' | 'sessions' | 'forever';
	/** With `forever`: sessions that somebody works in now, of those that would join. */
	atWork: () => SessionId[];
	folderOf: (id: SessionId) => string;
	lifeOf: (id: SessionId) => SessionLife;
	/** Folders of a session in which something changes when it goes on. */
	foldersIn: (folder: string) => string[];
	clock: Clock;
	signal: AbortSignal;
}

/** How long nothing is looked at after a change: a burst of them is read at once. */
const GAP_MS = 25;
/** How often sessions of before are looked at, whether somebody resumed one: 35 ms with ten thousand of them. */
const SCAN_MS = 5000;
/** How often all is looked at where the system reports changes, and where it does not. */
const POLL_MS = { reported: 1000, unreported: 250 };

interface Running {
	id: SessionId;
	follower: SessionFollower;
	life: SessionLife;
	/** How its log was before the last read. */
	mark: string;
}

/** Resolves when `until` says, or `signal` aborts. */
export async function followSessions(options: FollowOptions, handlers: FollowHandlers): Promise<void> {
	const loop = new FollowLoop(options, handlers);
	try {
		await loop.run();
	} finally {
		loop.close();
	}
}

class FollowLoop {
	readonly #options: FollowOptions;
	readonly #handlers: FollowHandlers;
	readonly #running = new Map<SessionId, Running>();
	/** Ended; one of them may be at work again. */
	readonly #ended = new Map<SessionId, Running>();
	readonly #queue: SessionId[];
	#scannedAt: number;
	#hasChanged = false;
	#wake: AbortController | null = null;
	readonly #changes = createFolderChanges(() => this.#changed());

	constructor(options: FollowOptions, handlers: FollowHandlers) {
		this.#options = options;
		this.#handlers = handlers;
		this.#queue = options.roots.filter((id) => !options.shown.has(id));
		this.#scannedAt = options.clock.monotonic();
		options.signal.addEventListener('abort', this.#changed);
	}

	async run(): Promise<void> {
		const { signal, until } = this.#options;
		while (!signal.aborted) {
			this.#join();
			this.#takeUp();
			const rest = await this.#readAll();
			// What ended may have been continued meanwhile.
			if (rest === 'ended' || this.#running.size === 0) this.#join();
			if (this.#isWaiting()) {
				if (this.#running.size === 0 && until !== 'forever') return;
				if (rest === 'end') await this.#pause();
				else if (rest === 'soon') await this.#pause(SETTLE_MS);
			}
			await yieldToIo();
		}
	}

	close(): void {
		this.#options.signal.removeEventListener('abort', this.#changed);
		this.#changes.close();
		for (const { follower } of [...this.#running.values(), ...this.#ended.values()]) follower.close();
	}

	readonly #changed = (): void => {
		this.#hasChanged = true;
		this.#wake?.abort();
	};

	/** Nobody is to begin now. */
	#isWaiting(): boolean {
		return this.#queue.length === 0 || (!this.#options.isParallel && this.#running.size > 0);
	}

	#join(): void {
		const { roster, shown } = this.#options;
		const joining = [...this.#changedSince(), ...roster.look().map(({ id }) => id), ...this.#atWorkAgain()];
		this.#queue.push(...joining.filter((id) => !shown.has(id)));
	}

	/** Ended ones in which something was written after that: whoever continues a session repairs what a crash left of it. */
	#changedSince(): SessionId[] {
		if (this.#options.until === 'end') return [];
		const changed = [...this.#ended.values()].filter(
			({ id, mark }) => !['', mark].includes(this.#markOf(id)),
		);
		return changed.map(({ id }) => id).filter((id) => !this.#queue.includes(id));
	}

	#markOf(id: SessionId): string {
		const facts = lstatExactly(logFile(this.#options.folderOf(id)));
		return facts === undefined ? '' : `${facts.ino}:${facts.size}:${facts.mtimeNs}`;
	}

	/** Sessions of before that somebody resumed. */
	#atWorkAgain(): SessionId[] {
		const { until, clock, atWork, roster } = this.#options;
		if (until !== 'forever' || clock.monotonic() - this.#scannedAt < SCAN_MS) return [];
		this.#scannedAt = clock.monotonic();
		const again = atWork().filter((id) => !this.#running.has(id) && !this.#queue.includes(id));
		for (const id of again) roster.add(id);
		return again;
	}

	#takeUp(): void {
		const { isParallel } = this.#options;
		while (this.#queue.length > 0 && (isParallel || this.#running.size === 0)) {
			const id = this.#queue.shift();
			if (id !== undefined) this.#begin(id);
		}
	}

	#begin(id: SessionId): void {
		const known = this.#ended.get(id);
		this.#ended.delete(id);
		this.#running.set(id, known ?? this.#open(id));
		this.#handlers.onBegin(id);
	}

	#open(id: SessionId): Running {
		const { folderOf, lifeOf, cursors, clock } = this.#options;
		const folder = () => folderOf(id);
		const from = cursors.get(id) ?? BEGINNING;
		const follower = new SessionFollower({ id, folder, from, now: () => clock.monotonic() });
		return { id, follower, life: lifeOf(id), mark: '' };
	}

	/** One piece of each. What is least at rest decides; `ended`: one has. */
	async #readAll(): Promise<'more' | 'soon' | 'ended' | 'end'> {
		let rest: 'more' | 'soon' | 'ended' | 'end' = 'end';
		for (const running of [...this.#running.values()]) {
			// Judged first: what its relay wrote until then is read.
			running.mark = this.#markOf(running.id);
			const isOver = this.#options.until === 'end' || !running.life.isLive();
			const followed = running.follower.read({ isOver });
			for (const record of followed.records) {
				const shown = this.#handlers.onRecord(record);
				if (shown !== undefined) await shown;
			}
			if (followed.records.length > 0) await this.#handlers.drained();
			if (followed.rest === 'more') rest = 'more';
			else if (followed.rest === 'soon' && rest !== 'more') rest = 'soon';
			else if (isOver && followed.rest === 'end') {
				this.#running.delete(running.id);
				this.#ended.set(running.id, running);
				this.#handlers.onEnd(running.id);
				if (rest === 'end') rest = 'ended';
			}
		}
		return rest;
	}

	/** Until something changes, or it is time to look. */
	async #pause(atMostMs?: number): Promise<void> {
		const { clock, folderOf, foldersIn, roster, signal } = this.#options;
		const own = [...this.#running.keys()].flatMap((id) => foldersIn(folderOf(id)));
		this.#changes.watch([...roster.folders, ...own]);
		if (!this.#hasChanged && !signal.aborted) {
			this.#wake = new AbortController();
			const { reported, unreported } = POLL_MS;
			await clock.sleep(atMostMs ?? (this.#changes.isComplete ? reported : unreported), this.#wake.signal);
			this.#wake = null;
			if (!this.#hasChanged) this.#handlers.onRest();
		}
		if (this.#hasChanged) await clock.sleep(GAP_MS, signal);
		this.#hasChanged = false;
	}
}

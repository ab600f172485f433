import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { SessionId } from '../../core/ids.ts';
import { keepFolderTime } from '../files/folder-time.ts';
import type { HeldFolder } from '../files/held-folder.ts';
import { META_FILE } from '../files/session-paths.ts';
import { lockedBy } from './lock-record.ts';
import { REFRESH_EVERY_MS, type SessionLock } from './session-lock.ts';

/** Where a session is, and the lock there. */
export interface LockedPlace {
	place: HeldFolder;
	lock: SessionLock;
}

export interface HoldOptions extends LockedPlace {
	id: SessionId;
	/** Makes the store's own folders and ignore file again. */
	prepareStore: () => void;
	/**
	 * Makes a place outside the repo, with its folders and lock, for a session whose folder is lost to a link; null: it is there
	 * already.
	 */
	moveAway: (id: SessionId) => LockedPlace | null;
	/** The session is in another place from now on, which holds nothing of it yet. `obstacle`: what made it leave. */
	onMoved: (from: string, obstacle: string) => void;
	/** The session's folders were gone and are there again, empty. */
	onVanished: () => void;
}

/**
 * A session that this process alone may write, as a place. It is checked before each write: what was removed is made again, and
 * if something is in the way the session continues outside the repo. Refreshes the lock until `letGo`, without keeping the
 * process alive for it.
 */
export class SessionHold {
	readonly #options: HoldOptions;
	readonly #timer: NodeJS.Timeout;
	#at: LockedPlace;
	/** Where the session was before something got in its way. */
	#left: LockedPlace | null = null;
	#isLost = false;
	#isReleased = false;
	/** `none`: each write checks for itself. */
	#lookedAt: 'none' | 'not yet' | 'once' = 'none';

	constructor(options: HoldOptions) {
		this.#options = options;
		this.#at = { place: options.place, lock: options.lock };
		this.#timer = setInterval(() => this.#refresh(), REFRESH_EVERY_MS);
		this.#timer.unref();
	}

	get place(): HeldFolder {
		return this.#at.place;
	}

	/** True once another process was seen with the lock. */
	get isLost(): boolean {
		return this.#isLost;
	}

	get isReleased(): boolean {
		return this.#isReleased;
	}

	get hasMoved(): boolean {
		return this.#left !== null;
	}

	/** True while nothing is in the way, and the lock is there and ours. */
	get isInPlace(): boolean {
		return this.place.obstacle() === null && this.isLockOurs;
	}

	get isLockOurs(): boolean {
		return this.#at.lock.check() === 'ours';
	}

	/**
	 * To be called right before each write. Returns true when the folder had vanished and was made again. Throws
	 * `session_locked`, `disk_full`, `not_writable`, and `refused` if the session cannot move out of the way of an obstacle.
	 */
	ensure(): boolean {
		if (this.#isReleased) throw new Error(`session ${this.#options.id} was released`);
		if (this.#lookedAt === 'once' && this.place.isReachedThroughFolders) return false;
		const hasVanished = this.#look();
		if (this.#lookedAt !== 'none') this.#lookedAt = 'once';
		return hasVanished;
	}

	/** Only the first of these writes checks, if no swap of a folder could redirect a later one. */
	together<T>(writes: () => T): T {
		if (this.#lookedAt !== 'none') return writes();
		this.#lookedAt = 'not yet';
		try {
			return writes();
		} finally {
			this.#lookedAt = 'none';
		}
	}

	/** Leaves what was written before where it is. Throws `refused` if there is no other place. */
	moveAway(obstacle: string): void {
		const away = this.#left === null ? this.#options.moveAway(this.#options.id) : null;
		if (away === null)
			throw new RelayError('refused', `${obstacle}; nothing more of this session is recorded`, {
				hint: 'look at it, then remove it',
			});
		this.#left = this.#at;
		this.#at = away;
		this.#options.onMoved(this.#left.place.path, obstacle);
	}

	/**
	 * Lets go of the lock, here and where the session was before. Idempotent. `isInPlace`: the caller has just seen that nothing is
	 * in the way.
	 */
	letGo({ isInPlace = false } = {}): void {
		if (this.#isReleased) return;
		clearInterval(this.#timer);
		this.#isReleased = true;
		try {
			unlock(this.#at, isInPlace);
			if (this.#left !== null) unlock(this.#left);
		} finally {
			this.place.close();
			this.#left?.place.close();
		}
	}

	#look(): boolean {
		const { place, lock } = this.#at;
		const obstacle = place.obstacle();
		if (obstacle !== null) {
			this.moveAway(obstacle);
			return true;
		}
		const holder = lock.check();
		if (holder === 'ours') {
			if (place.hasMissing)
				keepFolderTime(place.path, () => explainingWrites(place.path, () => place.makeMissing()));
			return false;
		}
		if (holder !== 'missing') {
			this.#isLost = true;
			throw lockedBy(holder);
		}
		return this.#makeAgain();
	}

	#makeAgain(): boolean {
		const { place, lock } = this.#at;
		const hasVanished = !existsSync(join(place.path, META_FILE));
		this.#options.prepareStore();
		explainingWrites(place.path, () => place.makeMissing());
		const isBack = keepFolderTime(place.path, () => explainingWrites(place.path, () => lock.restore()));
		if (!isBack) return this.#look();
		if (hasVanished) this.#options.onVanished();
		return hasVanished;
	}

	#refresh(): void {
		const { place, lock } = this.#at;
		if (!place.isSessionInPlace()) return;
		const holder = lock.check();
		if (holder === 'ours') lock.refresh();
		else if (holder !== 'missing') this.#isLost = true;
	}
}

/** Skips a place that can no longer be reached as it was. */
function unlock({ place, lock }: LockedPlace, isInPlace = false): void {
	if (isInPlace || place.isSessionInPlace()) keepFolderTime(place.ref, () => lock.release());
}

import { randomBytes } from 'node:crypto';
import { incrementBase32, monotonicFactory } from 'ulid';

declare const brand: unique symbol;

/** A ULID in upper case, safe as a folder name. Obtained only from `parseSessionId` and `createSessionIds`. */
export type SessionId = string & { readonly [brand]: 'SessionId' };

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The id when `text` is a whole ULID (any case), else null. Call it before any text becomes a path. */
export function parseSessionId(text: string): SessionId | null {
	const upper = text.toUpperCase();
	return isSessionId(upper) ? upper : null;
}

/** True for a whole ULID in upper case, as folders are named. */
export function isSessionId(text: string): text is SessionId {
	return ULID.test(text);
}

/**
 * A source of ids that never go below `newest` (the newest folder on disk), even when the clock steps back, so that `ls` stays
 * chronological. Use one factory per process.
 */
export function createSessionIds(now: () => number): (newest: SessionId | null) => SessionId {
	// ulid's own random source takes Node 1 ms to load.
	const next = monotonicFactory(() => randomBytes(1).readUInt8() / 256);
	let last: SessionId | null = null;
	return (newest) => {
		const floor = [last, newest].reduce<SessionId | null>(
			(a, b) => (a === null || (b !== null && b > a) ? b : a),
			null,
		);
		let id = next(now());
		if (floor !== null && id <= floor) id = incrementBase32(floor);
		if (!isSessionId(id)) throw new Error(`ulid returned ${JSON.stringify(id)}`);
		last = id;
		return id;
	};
}

import { dirname } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { type Cursor, parseCursor } from '../../sessions/follow/cursor.ts';
import { liveSessions } from '../../sessions/follow/session-life.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { CommandContext } from '../context.ts';

export interface WatchOptions {
	ref: string | null;
	all: boolean;
	followNew: boolean;
	noFollow: boolean;
	since: string[];
	json: boolean;
}

/** Throws `usage`. */
export function refuseOddOptions({ ref, all, followNew, noFollow }: WatchOptions): void {
	if (all && ref !== null)
		throw new RelayError('usage', '--all follows every session at work, and no REF goes with it.', {
			hint: 'Give one of them.',
		});
	if (noFollow && followNew)
		throw new RelayError('usage', '--no-follow ends at once, and --follow-new goes on.', {
			hint: 'Give one of them.',
		});
}

/** Throws `usage` for what is no cursor, and for two of one session. */
export function readCursors(since: readonly string[]): Map<SessionId, Cursor> {
	const cursors = new Map<SessionId, Cursor>();
	for (const text of since) {
		const cursor = parseCursor(text);
		if (cursor === null)
			throw new RelayError('usage', `--since takes SESSION:TURN:SEQ, not ${JSON.stringify(text)}.`, {
				hint: 'Each line of watch --json has one, as "cursor"; the id is a whole one.',
			});
		if (cursors.has(cursor.session))
			throw new RelayError('usage', `--since is given twice for session ${cursor.session}.`, {
				hint: 'Give the one that was printed last.',
			});
		cursors.set(cursor.session, cursor);
	}
	return cursors;
}

interface Chosen {
	/** Oldest first. */
	roots: SessionId[];
	/** Worked out from the cursors: sessions that others continue which were begun to be shown, so all of them is out. */
	shown: ReadonlySet<SessionId>;
}

/** Whom to follow to begin with. Throws `no_such_session`, `ambiguous_session`, and `not_found` where nobody works. */
export function chooseSessions(
	{ ref, all, followNew }: WatchOptions,
	cursors: ReadonlyMap<SessionId, Cursor>,
	{ store, clock, processes }: Pick<CommandContext, 'clock' | 'processes'> & { store: SessionStore },
): Chosen {
	const shown = new Set<SessionId>();
	for (const { session } of cursors.values()) {
		for (const { meta } of store.lineage(store.resolve(session)).slice(0, -1)) {
			const parent = parseSessionId(meta.id);
			if (parent !== null && !cursors.has(parent)) shown.add(parent);
		}
	}
	const atWork = () => meantAmong(liveSessions(store.location, { clock, processes }), { all }, store);
	if (all) {
		const roots = [...new Set([...cursors.keys(), ...atWork()])].sort();
		if (roots.length > 0 || followNew) return { roots, shown };
		throw new RelayError('not_found', 'No session of this repo is at work.', {
			hint: 'Wait for the next one: agent-relay watch --all --follow-new',
		});
	}
	if (ref !== null) return { roots: [store.resolve(ref)], shown };
	if (cursors.size > 0) return { roots: [...cursors.keys()].sort(), shown };
	const latest = atWork()[0] ?? latestOrNull(store, followNew);
	return { roots: latest === null ? [] : [latest], shown };
}

/**
 * Those of `ids` that are meant where no REF is given, newest use first: of the name in force; without `all` of this worktree, and no
 * entrant of a race, which is followed with that.
 */
export function meantAmong(
	ids: readonly SessionId[],
	{ all }: Pick<WatchOptions, 'all'>,
	store: SessionStore,
): SessionId[] {
	if (ids.length === 0) return [];
	const places = new Map(ids.map((id) => [id, dirname(store.folderOf(id))]));
	const here = { worktree: store.location.repo.worktree, isFolded: true };
	return store
		.list({ places, ...(all ? {} : here) })
		.filter(({ meta }) => meta !== null)
		.map(({ id }) => id);
}

/** null: there is none, and the next one is waited for. */
function latestOrNull(store: SessionStore, followNew: boolean): SessionId | null {
	try {
		return store.resolve('latest');
	} catch (error) {
		if (followNew && error instanceof RelayError && error.code === 'no_such_session') return null;
		throw error;
	}
}

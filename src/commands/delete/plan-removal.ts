/** Which sessions a `delete` takes, judged before anything goes. */
import { existsSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { readRace } from '../../race/record/race-store.ts';
import { dependentsOf } from '../../sessions/lineage/whole-lineage.ts';
import { type SessionSummary, sessionIds } from '../../sessions/listing/session-list.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';

export interface Removal {
	/** As named. */
	session: SessionSummary;
	/** The entrants of a race, which go first. */
	entrants: readonly SessionSummary[];
}

/**
 * `named`, those that continue others first. Throws `session_locked` for one in use, and `refused` for one that a session
 * continues which is not named too, for a race that is not cleaned, and for an entrant of a race.
 */
export function planRemoval(named: readonly SessionId[], store: SessionStore): Removal[] {
	const all = store.list({ order: 'created', name: null });
	const children = dependentsOf(all);
	const removals = named
		.toSorted()
		.reverse()
		.map((id): Removal => {
			const session = all.find((one) => one.id === id);
			if (session === undefined) throw new RelayError('session_locked', `Session ${id} is just being begun.`);
			const own = children.get(id) ?? [];
			const isRace = session.meta?.kind === 'race';
			return { session, entrants: isRace ? all.filter((one) => own.includes(one.id)) : [] };
		});
	const going = new Set(
		removals.flatMap(({ session, entrants }) => [session, ...entrants].map(({ id }) => id)),
	);
	for (const { session } of removals) refuseNeeded(session, { going, children, store });
	return removals;
}

function refuseNeeded(
	{ id, meta }: SessionSummary,
	{
		going,
		children,
		store,
	}: { going: ReadonlySet<SessionId>; children: ReturnType<typeof dependentsOf>; store: SessionStore },
): void {
	for (const one of [id, ...(children.get(id) ?? [])]) if (going.has(one)) store.refuseLocked(one);
	const ref = id.slice(-6);
	const child = children.get(id)?.find((one) => !going.has(one));
	if (child !== undefined)
		throw stays(
			id,
			`session ${child.slice(-6)} ${needs(child, id, store)}`,
			`delete ${child.slice(-6)} ${ref}`,
		);
	if (meta?.kind !== 'race') return;
	const race = meta.parent === null ? id : parseSessionId(meta.parent);
	if (race === null) return;
	if (race !== id && !going.has(race))
		throw stays(id, `it is an entrant of race ${race.slice(-6)}`, `delete ${race.slice(-6)}`);
	if (hasWorktrees(race, store))
		throw stays(id, 'the worktrees of its race are there', `race clean ${race.slice(-6)}`);
}

const stays = (id: SessionId, why: string, command: string) =>
	new RelayError('refused', `Session ${id} stays: ${why}.`, { hint: `First: agent-relay ${command}` });

/** Unreadable records of a race say nothing of worktrees; what lies there is found by `prune --races`. */
function hasWorktrees(id: SessionId, store: SessionStore): boolean {
	try {
		const { state, folder } = readRace(id, store);
		return state !== 'cleaned' && existsSync(folder);
	} catch (error) {
		if (error instanceof RelayError) return false;
		throw error;
	}
}

/** For `SessionStore.remove`: refuses where a session was made meanwhile that continues it. `known`: all that were there before. */
export function refuseNewChild(id: SessionId, known: ReadonlySet<SessionId>, store: SessionStore): void {
	const child = sessionIds(store.location).find((one) => !known.has(one) && needs(one, id, store) !== null);
	if (child !== undefined)
		throw stays(id, `session ${child.slice(-6)} ${needs(child, id, store)}`, `show ${child.slice(-6)}`);
}

/** What `id` is to `one`, as the end of a sentence; null: nothing. */
function needs(one: SessionId, id: SessionId, store: SessionStore): string | null {
	try {
		const { parent, forked_from } = store.read(one);
		if (parent === id) return 'continues it';
		return forked_from?.session === id ? 'was forked from it' : null;
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

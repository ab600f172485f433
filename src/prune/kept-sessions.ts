/** Sessions: what is finished and old goes, with its witness. Unfinished work stays, and so does what other sessions continue. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../core/errors.ts';
import { parseSessionId, type SessionId } from '../core/ids.ts';
import { readRace } from '../race/record/race-store.ts';
import { NO_WITNESS } from '../relay/resume/session-origin.ts';
import { removedSessions } from '../sessions/files/removed-sessions.ts';
import { isUnbegun } from '../sessions/files/session-remains.ts';
import { isStore, storeFolders } from '../sessions/files/store-location.ts';
import { sourcesOf } from '../sessions/lineage/whole-lineage.ts';
import { lastUse, type SessionSummary, sessionIds } from '../sessions/listing/session-list.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import { folderBytes } from './folder-bytes.ts';
import type { Kept, PruneAge } from './prune-contract.ts';

export interface SessionsRequest extends PruneAge {
	/** Sessions with work left go too. */
	isUnfinishedToo: boolean;
}

/** Which session continues which, by the parent: a moved repo has a new store, whose sessions continue those of the old one. */
type Children = ReadonlyMap<string, readonly SessionId[]>;

interface Listed {
	/** All of the store. */
	sessions: readonly SessionSummary[];
	/** What the store is of; empty for the repo at hand. */
	about: string;
	/** In all stores. */
	children: Children;
}

export function keptSessions(
	store: SessionStore,
	{ sessions, about, children }: Listed,
	request: SessionsRequest,
): Kept[] {
	const all = sessions.map((one) => ({ ...one, lastUsedAt: lastUse(one.folder) ?? one.lastUsedAt }));
	const known = new Set(all.map(({ id }) => id));
	const reasons = new Map(
		all.map((one) => {
			const elsewhere = children.get(one.id)?.find((id) => !known.has(id));
			const successor = elsewhere === undefined ? null : continuesIt(elsewhere);
			return [one.id, whyStays(one, store, request) ?? successor];
		}),
	);
	keepAncestors(all, reasons);
	const kept = all.map((session): Kept => {
		const why = reasons.get(session.id) ?? null;
		const isOld = session.lastUsedAt < request.before;
		return {
			kind: 'sessions',
			name: session.id,
			path: session.folder,
			bytes: folderBytes(session.folder),
			lastUsedAt: session.lastUsedAt,
			about: about || (session.meta?.title ?? session.meta?.objective ?? ''),
			stays: isOld ? (why ?? null) : null,
			remove: isOld && why === null ? () => removeSession(session.id, store, { ...request, known }) : null,
		};
	});
	return [...kept, ...storeFolders(store.location).filter(isStore).flatMap(cutShort)];
}

/** null: it may go, once it is old. A session that is not old enough stays, and so does what it continues. */
function whyStays(
	{ id, folder, meta, status, lastUsedAt, problem }: SessionSummary,
	store: SessionStore,
	{ before, isUnfinishedToo }: SessionsRequest,
): string | null {
	if (status === 'active') return 'a relay is at work in it';
	const young = lastUsedAt < before ? null : 'it was used since';
	if (meta === null) return isUnbegun(folder) ? young : (problem ?? 'its record cannot be read');
	if (!store.witness(id).isOurs) return NO_WITNESS;
	const race = meta.kind === 'race' ? parseSessionId(meta.parent ?? id) : null;
	if (race !== null && hasWorktrees(race, store))
		return `the worktrees of its race are there: agent-relay race clean ${race.slice(-6)}`;
	if (status === 'checkpointed' && !isUnfinishedToo && meta.kind !== 'race') return 'it has work left';
	return young;
}

function hasWorktrees(id: SessionId, store: SessionStore): boolean {
	try {
		const { state, folder } = readRace(id, store);
		return state !== 'cleaned' && existsSync(folder);
	} catch (error) {
		if (error instanceof RelayError) return error.code !== 'not_found';
		throw error;
	}
}

const continuesIt = (id: SessionId) => `session ${id.slice(-6)} continues it`;

/** For a session that stays. */
function keepAncestors(all: readonly SessionSummary[], reasons: Map<SessionId, string | null>): void {
	const byId = new Map(all.map((session) => [String(session.id), session]));
	for (const { id, meta } of all) {
		if (reasons.get(id) === null) continue;
		const seen = new Set<string>();
		for (let parent = sourceOf(meta, byId); parent; parent = sourceOf(parent.meta, byId)) {
			if (seen.has(parent.id)) break;
			seen.add(parent.id);
			if (reasons.get(parent.id) === null) reasons.set(parent.id, continuesIt(id));
		}
	}
}

const sourceOf = (meta: SessionSummary['meta'], byId: ReadonlyMap<string, SessionSummary>) =>
	byId.get((meta && sourcesOf(meta)[0]) ?? '');

function removeSession(
	id: SessionId,
	store: SessionStore,
	request: SessionsRequest & { known: ReadonlySet<SessionId> },
): void {
	const folder = store.folderOf(id);
	const lastUsedAt = lastUse(folder);
	if (lastUsedAt === null) return;
	const nothing = { meta: null, status: 'damaged', reason: null } as const;
	const found = isUnbegun(folder) ? nothing : { meta: store.read(id), ...store.status(id) };
	const now = { id, folder, ...found, lastUsedAt, problem: null };
	const why = whyStays(now, store, request);
	if (why !== null) throw new RelayError('refused', `Session ${id} stays: ${why}.`);
	store.remove(id, (is) => {
		if (is === 'locked' && found.meta === null && !isUnbegun(folder))
			throw new RelayError('refused', `Session ${id} stays: it was begun just now.`);
		if (is === 'locked') return;
		const child = sessionIds(store.location).find(
			(one) => !request.known.has(one) && continues(one, id, store),
		);
		if (child !== undefined)
			throw new RelayError('refused', `Session ${id} stays: session ${child.slice(-6)} continues it.`);
	});
}

/** For one that was made since the look. */
function continues(child: SessionId, parent: SessionId, store: SessionStore): boolean {
	try {
		return sourcesOf(store.read(child)).includes(parent);
	} catch (error) {
		if (error instanceof RelayError) return false;
		throw error;
	}
}

/** What a prune left that was killed in the middle of a removal. */
function cutShort(folder: string): Kept[] {
	return removedSessions(folder).map(({ path }) => ({
		kind: 'sessions',
		name: path.slice(join(folder, 'sessions').length + 1),
		path,
		bytes: folderBytes(path),
		lastUsedAt: null,
		about: 'left of a removal that was cut short',
		stays: null,
		remove: () => rmSync(path, { recursive: true, force: true }),
	}));
}

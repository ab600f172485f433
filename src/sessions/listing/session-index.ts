/** Every session of a store with what a list needs of it. Records that did not change since the last list are not read again. */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { META_FILE } from '../files/session-paths.ts';
import type { StoreLocation } from '../files/store-location.ts';
import { nameOf } from '../names/name-id.ts';
import { isArchived, type SessionMeta } from '../session-meta.ts';
import type { LockContext } from '../store/lock-record.ts';
import {
	type CachedLabel,
	emptyIndex,
	type FileFacts,
	type IndexCache,
	isSettled,
	type NewRow,
	readIndex,
	writeIndex,
} from './index-cache.ts';
import { type SessionSummary, sessionPlaces, summaryOf } from './session-list.ts';

export interface IndexedSession {
	id: SessionId;
	folder: string;
	parent: SessionId | null;
	/** Epoch ms; one in the future counts as now. */
	lastUsedAt: number;
	/** Its own. */
	turns: number;
	costUsd: number;
	label: Omit<CachedLabel, 'status'> & { status: SessionSummary['status'] };
	/** Its record, if it was read just now. */
	summary: SessionSummary | null;
}

/** By place: asked of all sessions, it says no more than it is asked for. */
export interface SessionIndex {
	/** Ascending. */
	ids: readonly SessionId[];
	parent(at: number): SessionId | null;
	/** Epoch ms. */
	lastUsedAt(at: number): number;
	label(at: number): IndexedSession['label'];
	session(at: number): IndexedSession;
	/** Name, title, tags and prompts, for a search. */
	words(at: number): string;
}

interface IndexOptions {
	/** Where caches of lists are; null: all records are read. */
	cacheFolder: string | null;
	/** Looks into every session, also for damage that its record does not show. */
	isThorough?: boolean;
}

/** A cache is no gain for fewer, and is written again only for so many new entries. */
const WORTH = 32;

/** Without sessions that a relay is about to begin. Writes nothing but the cache. */
export function indexSessions(
	location: StoreLocation,
	{ cacheFolder, isThorough = false }: IndexOptions,
	context: LockContext,
): SessionIndex {
	const now = context.clock.now();
	const places = sessionPlaces(location);
	const path = cacheFolder === null || places.size < WORTH ? null : cacheFile(cacheFolder, location);
	const cache = path === null || isThorough ? emptyIndex() : (readIndex(path) ?? emptyIndex());
	const ids: SessionId[] = [];
	/** By id: its place in the cache, or what was read. */
	const entries: Array<number | FreshSession> = [];
	let at = 0;
	for (const id of [...places.keys()].sort()) {
		const folder = `${places.get(id) ?? ''}${sep}${id}`;
		// Before the look: what changes later has a later time.
		const readAt = context.clock.now();
		const file = lstatIfThere(`${folder}${sep}${META_FILE}`);
		while (at < cache.ids.length && (cache.ids[at] ?? '') < id) at++;
		const isKnown = cache.ids[at] === id && file !== undefined && cache.isSame(at, file);
		const entry = isKnown ? at : readSession(id, folder, { file, readAt, now }, context);
		if (entry === null) continue;
		ids.push(id);
		entries.push(entry);
	}
	const folderOf = (id: SessionId) => `${places.get(id) ?? ''}${sep}${id}`;
	const index = indexOf(ids, entries, { cache, folderOf, now });
	if (path !== null) keep(path, entries, cache, index);
	return index;
}

interface FreshSession {
	session: IndexedSession;
	words: string;
	/** What a cache keeps; null: it is read each time. */
	row: Omit<NewRow, 'words'> | null;
}

/** null for one that a relay is about to begin. */
function readSession(
	id: SessionId,
	folder: string,
	{ file, readAt, now }: { file: Stats | undefined; readAt: number; now: number },
	context: LockContext,
): FreshSession | null {
	const summary = summaryOf(id, folder, context);
	if (summary === null) return null;
	const session = fromRecord(summary, now);
	const row = file === undefined || !isSettled(file, readAt) ? null : rowOf(session, summary, file);
	return { session, words: wordsIn(summary.meta), row };
}

interface Entries {
	cache: IndexCache;
	folderOf(id: SessionId): string;
	now: number;
}

function indexOf(
	ids: readonly SessionId[],
	entries: ReadonlyArray<number | FreshSession>,
	{ cache, folderOf, now }: Entries,
): SessionIndex {
	let cachedWords: readonly string[] | null = null;
	const at = (place: number): number | FreshSession => {
		const entry = entries[place];
		if (entry === undefined) throw new Error(`no session at ${place}`);
		return entry;
	};
	const parentOf = (text: string | null) => (text === null ? null : parseSessionId(text));
	return {
		ids,
		parent: (place) => {
			const entry = at(place);
			return typeof entry === 'number' ? parentOf(cache.parent(entry)) : entry.session.parent;
		},
		lastUsedAt: (place) => {
			const entry = at(place);
			return typeof entry === 'number' ? Math.min(cache.lastUsedAt(entry), now) : entry.session.lastUsedAt;
		},
		label: (place) => {
			const entry = at(place);
			return typeof entry === 'number' ? cache.label(entry) : entry.session.label;
		},
		session: (place) => {
			const [entry, id] = [at(place), ids[place]];
			if (id === undefined) throw new Error(`no session at ${place}`);
			if (typeof entry !== 'number') return entry.session;
			const row = cache.row(entry);
			const lastUsedAt = Math.min(row.lastUsedAt, now);
			return { ...row, id, folder: folderOf(id), parent: parentOf(row.parent), lastUsedAt, summary: null };
		},
		words: (place) => {
			const entry = at(place);
			if (typeof entry !== 'number') return entry.words;
			cachedWords ??= cache.words();
			return cachedWords[entry] ?? '';
		},
	};
}

/** Writes the cache again, where that is worth it: with what was known and is the same, and what was read. */
function keep(
	path: string,
	entries: ReadonlyArray<number | FreshSession>,
	cache: IndexCache,
	{ words }: SessionIndex,
): void {
	const fresh = entries.filter((entry) => typeof entry !== 'number' && entry.row !== null);
	if (fresh.length < WORTH) return;
	const rows = entries.flatMap((entry, place) => {
		if (typeof entry === 'number')
			return { ...cache.row(entry), file: cache.file(entry), words: words(place) };
		return entry.row === null ? [] : { ...entry.row, words: entry.words };
	});
	writeIndex(path, rows);
}

/** One for each store; its name does not say where that is. */
function cacheFile(cacheFolder: string, { folder }: StoreLocation): string {
	return join(cacheFolder, 'lists', createHash('sha256').update(folder).digest('hex').slice(0, 16));
}

function fromRecord(summary: SessionSummary, now: number): IndexedSession {
	const { id, folder, meta, status, lastUsedAt } = summary;
	return {
		id,
		folder,
		parent: parseSessionId(meta?.parent ?? ''),
		lastUsedAt: Math.min(lastUsedAt, now),
		turns: meta?.turn_count ?? 0,
		costUsd: meta?.usage.cost_usd ?? 0,
		label: {
			status,
			isEntrant: meta?.kind === 'race' && meta.parent !== null,
			isArchived: meta !== null && isArchived(meta),
			tags: meta?.tags ?? [],
			name: nameOf(meta),
			agents: Object.keys(meta?.agents ?? {}),
			behind: agentsBehind(meta),
			costSource: meta?.usage.cost_source ?? 'none',
			pricesAsOf: meta?.usage.prices_as_of ?? null,
		},
		summary,
	};
}

/** A participant is called as its agent is, unless an agent takes part twice. */
function agentsBehind(meta: SessionMeta | null): string[] {
	const participants = meta?.chat?.participants ?? [];
	return [...new Set(participants.flatMap(({ id, agent }) => (agent === id ? [] : [agent])))];
}

/** null for a session whose status its record alone does not decide: it is read each time. */
function rowOf(
	session: IndexedSession,
	{ meta }: SessionSummary,
	file: FileFacts,
): Omit<NewRow, 'words'> | null {
	const { id, parent, lastUsedAt, turns, costUsd, label } = session;
	const { status } = label;
	if (status !== 'completed' && status !== 'checkpointed') return null;
	if (meta?.status !== status || (status === 'checkpointed' && meta.checkpoint === null)) return null;
	const { dev, ino, size, mtimeMs, ctimeMs } = file;
	return {
		id,
		parent,
		file: { dev, ino, size, mtimeMs, ctimeMs },
		lastUsedAt,
		turns,
		costUsd,
		label: { ...label, status },
	};
}

function wordsIn(meta: SessionMeta | null): string {
	return [meta?.name, meta?.title, meta?.last_prompt, meta?.objective, ...(meta?.tags ?? [])]
		.filter(Boolean)
		.join('\n');
}

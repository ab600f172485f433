/**
 * Conversations of opencode: `~/.local/share/opencode/storage/{session,message,part}` before 1.2, then `opencode.db` (to 1.18), and what
 * `opencode export` prints. A session of the database is called `<path>#<id>`.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
	type JsonObject,
	listOrEmpty,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
	parseObject,
	textOrNull,
} from '../../agents/reading/json-fields.ts';
import { readIfThere } from '../../core/files/read-file.ts';
import { withForeignSqlite } from '../open-sqlite.ts';
import type { FoundTranscript, WholeFormat, WholeTranscript } from '../transcript-items.ts';
import { entriesIn, homeFolders } from './files-below.ts';
import { createdAt, itemsOf, type Message } from './opencode-items.ts';

/** A document is parsed as one; a larger one would take too much memory. */
const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;
const SESSION = /^ses_[0-9A-Za-z]+$/;
const DATABASE = /^opencode.*\.db$/;

export const opencodeTranscripts: WholeFormat = {
	in: 'whole',
	agent: 'opencode',
	folders: (env) => homeFolders(env, { variable: 'XDG_DATA_HOME', below: '.local/share' }, 'opencode'),
	*find(folder) {
		const inDatabases = new Set<string>();
		for (const entry of entriesIn(folder))
			if (entry.isFile() && DATABASE.test(entry.name))
				for (const one of sessionsOf(join(folder, entry.name))) {
					inDatabases.add(one.id ?? '');
					yield one;
				}
		// A migration copies what is in the files into the database.
		for (const one of storedSessions(join(folder, 'storage'))) if (!inDatabases.has(one.id ?? '')) yield one;
	},
	open(path) {
		const [, database, id] = /^(.*\.db)#(ses_[0-9A-Za-z]+)$/.exec(path) ?? [];
		if (database !== undefined && id !== undefined) return openRow(database, id);
		if (!path.endsWith('.json')) return null;
		const document = documentAt(path);
		if (document === null) return null;
		if (objectOrNull(document.info) !== null && Array.isArray(document.messages)) return openExport(document);
		return SESSION.test(textOrNull(document.id) ?? '') ? openStored(path, document) : null;
	},
};

interface Row {
	id: string;
	parent_id: string | null;
	mark: string;
}

/** `mark` by the newest change of the session and its parts. None for a database that cannot be read now. */
function sessionsOf(database: string): FoundTranscript[] {
	try {
		return withForeignSqlite(database, (db) => {
			const rows = db
				.prepare(
					`select s.id, s.parent_id, s.time_updated || ':' || (select count(*) || ':' || coalesce(max(time_updated), 0)
					from part p where p.session_id = s.id) as mark from session s`,
				)
				.all() as Row[];
			return rows.map(({ id, parent_id, mark }) => ({
				path: `${database}#${id}`,
				id,
				mark,
				parent: parent_id,
			}));
		});
	} catch {
		return [];
	}
}

function* storedSessions(storage: string): Generator<FoundTranscript> {
	for (const project of entriesIn(join(storage, 'session')))
		for (const entry of entriesIn(join(storage, 'session', project.name))) {
			const id = basename(entry.name, '.json');
			if (!entry.isFile() || !SESSION.test(id)) continue;
			const path = join(storage, 'session', project.name, entry.name);
			yield { path, id, mark: storedMark(storage, path, id), parent: null };
		}
}

/** A message is a file, and so is each of its parts; those of the last message still change. */
function storedMark(storage: string, path: string, id: string): string {
	const messages = entriesIn(join(storage, 'message', id)).map(({ name }) => basename(name, '.json'));
	const parts = join(storage, 'part', messages.sort().at(-1) ?? '');
	const newest = entriesIn(parts).map(({ name }) => timeOf(join(parts, name)));
	return [timeOf(path), messages.length, newest.length, Math.max(0, ...newest)].join(':');
}

function timeOf(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function openRow(database: string, id: string): WholeTranscript | null {
	return withForeignSqlite(database, (db) => {
		const session = db.prepare('select * from session where id = ?').get(id);
		if (session === undefined) return null;
		const { parent_id, directory, title, slug, version, time_created, time_updated } = objectOrEmpty(session);
		const time = { created: time_created, updated: time_updated };
		const info = { id, parentID: parent_id, directory, title, slug, version, time };
		return { id, bytes: 0, items: () => itemsOf(info, rowMessages(database, id)) };
	});
}

/** One message at a time: a session can be large. */
function* rowMessages(database: string, id: string): Generator<Message> {
	const ids = withForeignSqlite(database, (db) =>
		db.prepare('select id, data from message where session_id = ? order by time_created, id').all(id),
	).map(objectOrEmpty);
	const partsOf = (of: readonly JsonObject[]) =>
		withForeignSqlite(database, (db) => {
			const parts = db.prepare('select id, data from part where message_id = ? order by time_created, id');
			return of.map((row) => parts.all(row.id).map((part) => withId(objectOrEmpty(part))));
		});
	for (let at = 0; at < ids.length; at += AT_ONCE) {
		const some = ids.slice(at, at + AT_ONCE);
		const parts = partsOf(some);
		for (const [place, row] of some.entries()) yield { info: withId(row), parts: parts[place] ?? [] };
	}
}

/** Messages whose parts are in memory at the same time. */
const AT_ONCE = 50;

const withId = (row: JsonObject): JsonObject => ({ ...parseObject(textOrNull(row.data) ?? ''), id: row.id });

function openExport(document: JsonObject): WholeTranscript {
	const info = objectOrEmpty(document.info);
	const messages = listOrEmpty(document.messages).map((one) => {
		const { info, parts } = objectOrEmpty(one);
		return { info: objectOrEmpty(info), parts: listOrEmpty(parts).map(objectOrEmpty) };
	});
	return { id: textOrNull(info.id), bytes: 0, items: () => itemsOf(info, messages) };
}

function openStored(path: string, info: JsonObject): WholeTranscript | null {
	const storage = dirname(dirname(dirname(path)));
	const id = textOrNull(info.id) ?? '';
	const folder = join(storage, 'message', id);
	if (!existsSync(folder)) return null;
	return { id, bytes: 0, items: () => itemsOf(info, storedMessages(storage, folder)) };
}

const NO_DOCUMENT: readonly JsonObject[] = [];

/** Order is by time, then by id. */
function* storedMessages(storage: string, folder: string): Generator<Message> {
	const infos = entriesIn(folder).flatMap(({ name }) => documentAt(join(folder, name)) ?? NO_DOCUMENT);
	infos.sort((a, b) => createdAt(a) - createdAt(b) || (String(a.id) < String(b.id) ? -1 : 1));
	for (const info of infos) {
		const place = join(storage, 'part', textOrNull(info.id) ?? '-');
		const names = entriesIn(place).map(({ name }) => name);
		yield { info, parts: inOrder(names.flatMap((name) => documentAt(join(place, name)) ?? NO_DOCUMENT)) };
	}
}

/** Ids of parts are in the order of time, but where they are made up; those with a time are ordered by it. */
function inOrder(parts: JsonObject[]): JsonObject[] {
	const startOf = (part: JsonObject) =>
		numberOrNull(objectOrEmpty(part.time).start) ??
		numberOrNull(objectOrEmpty(objectOrEmpty(part.state).time).start);
	return parts.sort((a, b) => {
		const [one, other] = [startOf(a), startOf(b)];
		if (one !== null && other !== null && one !== other) return one - other;
		return String(a.id) < String(b.id) ? -1 : 1;
	});
}

/** null for what is empty, torn or too large. */
function documentAt(path: string): JsonObject | null {
	try {
		return parseObject(readIfThere(path, MAX_DOCUMENT_BYTES)?.toString() ?? '');
	} catch {
		return null;
	}
}

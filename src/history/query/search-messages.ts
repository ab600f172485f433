/** Messages that a query finds, best first. */
import type { IndexDatabase } from '../index/open-index.ts';
import { compileMatch, type Expand } from './compile-match.ts';
import { type Filters, messageCondition } from './filters.ts';
import { rankCommon } from './rank/common-words.ts';
import { newestCommon, RANKED, WEIGHT } from './rank/newest-common.ts';
import { rangesOf, sizeOf } from './rank/newest-passing.ts';
import type { Query } from './read-query.ts';

/** A message, with what is shown of its conversation. */
export interface FoundMessage {
	id: number;
	/** Stable; see `messages.key`. As text, since it has more digits than a number. */
	key: string;
	conversation: number;
	/** Its place in the conversation, from 1 on. */
	number: number;
	role: 'user' | 'assistant' | 'tool';
	said_by: string | null;
	agent: string;
	/** Epoch ms. */
	at: number | null;
	turn: number | null;
	is_side: number;
	text: string;
	ref: string;
	native_id: string;
	slug: string | null;
	chain: string;
	title: string;
	project: string | null;
	is_subagent: number;
	is_gone: number;
}

export interface SearchRequest {
	/** null: whatever passes the filters, the newest first. */
	query: Query | null;
	filters: Filters;
	/** At most this many. */
	limit: number;
	/** Epoch ms. */
	now: number;
}

export interface Found {
	messages: readonly FoundMessage[];
	/** There are more. */
	hasMore: boolean;
	/** The query has neither a letter nor a digit. */
	isEmpty: boolean;
}

/** A longer list of other words finds too much, and takes too long. */
const MAX_EXPANDED = 40;

const COLUMNS = `m.id, cast(m.key as text) as key, m.conversation, m.role, m.said_by, m.agent, m.at, m.turn, m.is_side, m.text,
	c.ref, c.native_id, c.slug, c.chain, c.title, c.project, c.is_subagent, c.is_gone`;

/** Where fewer are found than asked for, words with the query's within them count, too, behind all others. */
export function searchMessages(db: IndexDatabase, { query, filters, limit, now }: SearchRequest): Found {
	if (query === null) return cut(newest(db, filters, limit + 1), limit);
	const match = compileMatch(query, prefixesIn(db));
	if (match === null) return { messages: [], hasMore: false, isEmpty: true };
	const found = matching(db, match, query, { filters, limit: limit + 1, now });
	if (found.length > limit) return cut(found, limit);
	const wider = compileMatch(query, substringsIn(db));
	if (wider === null || wider === match) return cut(found, limit);
	const known = new Set(found.map(({ id }) => id));
	const more = matching(db, wider, query, { filters, limit: limit + 1, now }).filter(
		({ id }) => !known.has(id),
	);
	return cut([...found, ...more], limit);
}

const cut = (messages: readonly FoundMessage[], limit: number): Found => ({
	messages: messages.slice(0, limit),
	hasMore: messages.length > limit,
	isEmpty: false,
});

/** Fewer messages are sorted by time faster than the newest of all are looked through. */
const FEW = 20_000;

function newest(db: IndexDatabase, filters: Filters, limit: number): FoundMessage[] {
	const { sql, values } = messageCondition(filters);
	const where = rangesOf(db, filters);
	const of =
		sizeOf(where) < FEW
			? 'json_each(?) r cross join messages m on m.id between r.value->>0 and r.value->>1'
			: null;
	const newestWhere = (condition: string, order: string) =>
		db
			.prepare(
				`select m.id, coalesce(m.at, c.ended_at, 0) as time from ${of ?? 'messages m'}
				cross join conversations c on c.id = m.conversation
				where ${condition} ${sql} order by ${order} desc, m.id desc limit ?`,
			)
			.all(...(of === null ? [] : [JSON.stringify(where)]), ...values, limit) as Array<{
			id: number;
			time: number;
		}>;
	const found = [...newestWhere('m.at is not null', 'm.at'), ...newestWhere('m.at is null', 'c.ended_at')];
	found.sort((a, b) => b.time - a.time || b.id - a.id);
	return messagesOf(
		db,
		found.slice(0, limit).map(({ id }) => id),
	);
}

const idsOf = (rows: readonly unknown[]): number[] => rows.map((row) => (row as { id: number }).id);

/** In the order of `ids`; a place in a conversation is counted for these alone. */
function messagesOf(db: IndexDatabase, ids: readonly number[]): FoundMessage[] {
	const rows = db
		.prepare(
			`select ${COLUMNS} from json_each(?) f cross join messages m on m.id = f.value
			join conversations c on c.id = m.conversation order by f.key`,
		)
		.all(JSON.stringify(ids));
	return numbered(db, rows as Array<Omit<FoundMessage, 'number'>>);
}

/** Counts each conversation once, from one of the messages to the next: it can have hundreds of thousands. */
function numbered(db: IndexDatabase, found: ReadonlyArray<Omit<FoundMessage, 'number'>>): FoundMessage[] {
	const between = db.prepare(
		'select count(*) as count from messages where conversation = ? and id > ? and id <= ?',
	);
	const last = new Map<number, { id: number; number: number }>();
	const numbers = new Map<number, number>();
	for (const { id, conversation } of [...found].sort((a, b) => a.id - b.id)) {
		const before = last.get(conversation) ?? { id: 0, number: 0 };
		const { count } = between.get(conversation, before.id, id) as { count: number };
		const number = before.number + count;
		last.set(conversation, { id, number });
		numbers.set(id, number);
	}
	return found.map((one) => ({ ...one, number: numbers.get(one.id) ?? 0 }));
}

type Request = Omit<SearchRequest, 'query'>;

/** By BM25, which is below zero, the best the lowest; a common word by its candidates. */
function matching(db: IndexDatabase, match: string, query: Query, request: Request): FoundMessage[] {
	const { filters, limit, now } = request;
	const { sql, values } = messageCondition(filters);
	const common = newestCommon(db, match, query, request);
	if (common !== null) return messagesOf(db, rankCommon(common, query, limit));
	const filtered =
		sql === ''
			? ''
			: `cross join messages m on m.id = message_fts.rowid cross join conversations c on c.id = m.conversation`;
	const rows = db
		.prepare(
			`select m.id from (
				select message_fts.rowid as id, bm25(message_fts, 1.0, 0.5) as score from message_fts ${filtered}
				where message_fts match ? ${sql} order by message_fts.rowid desc limit ${RANKED}
			) f join messages m on m.id = f.id join conversations c on c.id = m.conversation
			order by f.score * ${WEIGHT}, m.id desc limit ?`,
		)
		.all(match, ...values, now, limit);
	return messagesOf(db, idsOf(rows));
}

/** The stem that the tokenizer makes of a word is not always what words of that beginning are found by. */
const prefixesIn =
	(db: IndexDatabase): Expand =>
	(word, isPrefix) => {
		if (!isPrefix || word.length < 3) return [];
		const rows = db
			.prepare('select word from words where word >= ? and word < ? limit ?')
			.all(word, `${word}\u{10ffff}`, MAX_EXPANDED);
		return rows.map((row) => (row as { word: string }).word);
	};

const substringsIn =
	(db: IndexDatabase): Expand =>
	(word, isPrefix) => {
		if (word.length < 3 || /[%_]/.test(word)) return [];
		const rows = db
			.prepare('select word from word_fts where word like ? limit ?')
			.all(`%${word}%`, MAX_EXPANDED);
		const others = rows.map((row) => (row as { word: string }).word).filter((other) => other !== word);
		return isPrefix ? [...new Set([...prefixesIn(db)(word, true), ...others])] : others;
	};

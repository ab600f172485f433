/** Messages that a query finds, best first. */
import type { IndexDatabase } from '../index/open-index.ts';
import { compileMatch, type Expand } from './compile-match.ts';
import { type Filters, messageCondition } from './filters.ts';
import { type Candidate, prefixPattern, rankCommon } from './rank/common-words.ts';
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

/**
 * Of a word that stands in more messages only the newest of these are ranked: what BM25 costs grows with their number, and what is best
 * among the newest thousand of a common word is as good as any.
 */
const RANKED = 1_000;
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

function newest(db: IndexDatabase, filters: Filters, limit: number): FoundMessage[] {
	const { sql, values } = messageCondition(filters);
	const rows = db
		.prepare(
			`select m.id from messages m join conversations c on c.id = m.conversation
			where 1 ${sql} order by coalesce(m.at, c.ended_at, 0) desc, m.id desc limit ?`,
		)
		.all(...values, limit);
	return messagesOf(db, idsOf(rows));
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

/**
 * Words of the user count for more than those of agents, calls of tools for less; what is new counts up to half as much again, and loses
 * half of that in a month.
 */
const WEIGHT = `case when m.said_by in ('person', 'command') then 1.5 when m.role = 'tool' then 0.6 else 1 end
	* case when m.is_side or c.is_subagent then 0.8 else 1 end
	* (1 + 0.5 / (1 + max(0, ? - coalesce(m.at, c.ended_at, 0)) / 2592000000.0))`;

type Request = Omit<SearchRequest, 'query'>;

/** By BM25, which is below zero, the best the lowest; a common word by its candidates. */
function matching(db: IndexDatabase, match: string, query: Query, request: Request): FoundMessage[] {
	const { filters, limit, now } = request;
	const { sql, values } = messageCondition(filters);
	const common = sql === '' ? commonest(db, match, query, now) : null;
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

/** The newest with a common word; null: what is looked for is in fewer. */
function commonest(db: IndexDatabase, match: string, query: Query, now: number): Candidate[] | null {
	const begun = newestBegun(db, query, now);
	if (begun !== null) return begun;
	const { ids } = db
		.prepare(
			`select json_group_array(id) as ids from (
				select rowid as id from message_fts where message_fts match ? order by rowid desc limit ${RANKED}
			)`,
		)
		.get(match) as { ids: string };
	if (JSON.parse(ids).length < RANKED) return null;
	return candidatesOf(db, 'json_each(?) f cross join messages m on m.id = f.value', [ids], now);
}

/** Messages that are looked at for a prefix, and how many of the first have to have it for that to be worth it. */
const LOOKED_AT = 3_000;
const LOOKED_AT_FIRST = 300;

/** FTS5 joins the lists of all words of a prefix before it gives the first message, so the newest are looked at themselves. */
function newestBegun(db: IndexDatabase, query: Query, now: number): Candidate[] | null {
	const pattern = prefixPattern(query);
	if (pattern === null) return null;
	const begun: Candidate[] = [];
	let [before, seen] = [Number.MAX_SAFE_INTEGER, 0];
	for (let count = LOOKED_AT_FIRST; seen < LOOKED_AT; count = Math.min(RANKED, LOOKED_AT - seen)) {
		const newest = '(select * from messages where id < ? order by id desc limit ?) m';
		const looked = candidatesOf(db, newest, [before, count], now);
		for (const one of looked) {
			pattern.lastIndex = 0;
			if (pattern.test(`${one.text} ${one.parts}`) && begun.push(one) === RANKED) return begun;
		}
		seen += looked.length;
		before = Math.min(...looked.map(({ id }) => id));
		if (looked.length < count || begun.length / seen < RANKED / LOOKED_AT) return null;
	}
	return null;
}

/** As one row of JSON: each row that libsql gives costs 10 µs. */
function candidatesOf(
	db: IndexDatabase,
	messages: string,
	values: ReadonlyArray<string | number>,
	now: number,
): Candidate[] {
	const { rows } = db
		.prepare(
			`select json_group_array(json_array(m.id, m.text, m.parts, ${WEIGHT})) as rows
			from ${messages} cross join conversations c on c.id = m.conversation`,
		)
		.get(now, ...values) as { rows: string };
	const read = JSON.parse(rows) as Array<[number, string, string, number]>;
	return read.map(([id, text, parts, weight]) => ({ id, text, parts, weight }));
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

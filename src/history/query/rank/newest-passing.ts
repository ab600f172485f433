/**
 * The newest messages that pass filters, found by where such can be: a filter on conversations names ranges of ids, since the messages of
 * one are indexed together, and one on messages is a word of the index (see `facetsOf`). So a common word and a filter that few pass
 * cost what those few cost.
 */
import { facetOfRole, facetOfTag } from '../../index/indexed-words.ts';
import type { IndexDatabase } from '../../index/open-index.ts';
import { type Filters, messageCondition, placeCondition } from '../filters.ts';

/** Ids, both ends included. */
type Range = readonly [from: number, to: number];

/** Some of the places where what is looked for can be. */
interface Stream {
	/** The newest first. */
	ranges: readonly Range[];
	/** A word that such messages have. */
	facet: string | null;
}

const ALL: Range = [0, Number.MAX_SAFE_INTEGER];

/** Ids of at most `limit` messages, the newest first. `match` null: any text; `before`: only with smaller ids. */
export function newestPassing(
	db: IndexDatabase,
	match: string | null,
	filters: Filters,
	{ limit, before = Number.MAX_SAFE_INTEGER }: { limit: number; before?: number },
): number[] {
	const found = streamsOf(db, filters).map((stream) =>
		newestOf(db, match, filters, { stream, limit, before }),
	);
	const [only = []] = found;
	if (found.length < 2) return only;
	return [...new Set(found.flat())].sort((a, b) => b - a).slice(0, limit);
}

function newestOf(
	db: IndexDatabase,
	match: string | null,
	filters: Filters,
	{ stream, limit, before }: { stream: Stream; limit: number; before: number },
): number[] {
	const { sql, values } = messageCondition(filters);
	const words = [match, stream.facet === null ? null : `parts : "${stream.facet}"`].filter(
		(one) => one !== null,
	);
	const [from, where, given, id] =
		words.length === 0
			? ['messages m', '1', [], 'm.id']
			: [
					'message_fts f cross join messages m on m.id = f.rowid',
					'message_fts match ?',
					[words.map((one) => `(${one})`).join(' AND ')],
					'f.rowid',
				];
	const ids = db.prepare(
		`select json_group_array(id) as ids from (
			select ${id} as id from ${from} cross join conversations c on c.id = m.conversation
			where ${where} and ${id} between ? and ? ${sql} order by ${id} desc limit ?
		)`,
	);
	const found: number[] = [];
	for (const [first, last] of stream.ranges) {
		if (first >= before) continue;
		const one = ids.get(...given, first, Math.min(last, before - 1), ...values, limit - found.length) as {
			ids: string;
		};
		found.push(...(JSON.parse(one.ids) as number[]));
		if (found.length >= limit) break;
	}
	return found;
}

/** Together they hold all that can pass. One of the tags is enough to find them by. */
function streamsOf(db: IndexDatabase, filters: Filters): Stream[] {
	const { role, tags = [] } = filters;
	const ofRole = role === null || role === undefined ? null : facetOfRole(role);
	const ranges = rangesOf(db, filters);
	const [tag] = tags;
	if (tag === undefined) return [{ ranges, facet: ofRole }];
	const ofTag = facetOfTag(tag);
	return [
		{ ranges: within(conversationsTagged(db, tag), ranges), facet: ofRole },
		{ ranges: within(messagesTagged(db, tag), ranges), facet: null },
		...(ofTag === null ? [] : [{ ranges, facet: ofTag }]),
	].filter((stream) => stream.ranges.length > 0);
}

/** Where messages can be whose conversations pass; all of it where no filter is on conversations. */
export function rangesOf(db: IndexDatabase, filters: Filters): Range[] {
	const { agent, since, until } = filters;
	const conditions = [
		placeCondition(filters),
		// A session of ours can have turns of several agents.
		given(agent, "(c.agent = ? or c.ref like 'relay:%')"),
		given(since, 'coalesce(c.ended_at, 0) >= ?'),
		given(until, 'coalesce(c.started_at, 0) < ?'),
		...(filters.tags ?? []).map((tag) => ({
			sql: `and (exists(select 1 from auto_tags a where a.tag = ? and a.conversation = c.id)
				or exists(select 1 from user_tags u where u.tag = ? and u.ref = c.ref))`,
			values: [tag, tag],
		})),
	].filter(({ sql }) => sql !== '');
	if (conditions.length === 0) return [ALL];
	return rangesWhere(
		db,
		conditions.map(({ sql }) => sql).join(' '),
		conditions.flatMap(({ values }) => values),
	);
}

const given = (value: string | number | null | undefined, sql: string) =>
	value === null || value === undefined ? { sql: '', values: [] } : { sql: `and ${sql}`, values: [value] };

/** `sql`: over `conversations c`. */
function rangesWhere(db: IndexDatabase, sql: string, values: ReadonlyArray<string | number>): Range[] {
	const { ranges } = db
		.prepare(
			`select json_group_array(json_array(first, last)) as ranges from (
				select (select min(id) from messages where conversation = c.id) as first,
					(select max(id) from messages where conversation = c.id) as last
				from conversations c where 1 ${sql}
			) where first is not null`,
		)
		.get(...values) as { ranges: string };
	return merged(JSON.parse(ranges) as Range[]);
}

const conversationsTagged = (db: IndexDatabase, tag: string): Range[] =>
	rangesWhere(
		db,
		`and (exists(select 1 from auto_tags a where a.tag = ? and a.conversation = c.id and a.message = 0)
			or exists(select 1 from user_tags u where u.tag = ? and u.ref = c.ref and u.message_key = 0))`,
		[tag, tag],
	);

/** By the user, one by one. */
function messagesTagged(db: IndexDatabase, tag: string): Range[] {
	const { ids } = db
		.prepare(
			`select json_group_array(json_array(m.id, m.id)) as ids
			from user_tags u cross join messages m on m.key = u.message_key where u.tag = ? and u.message_key > 0`,
		)
		.get(tag) as { ids: string };
	return merged(JSON.parse(ids) as Range[]);
}

/** The newest first, without those that meet. */
function merged(ranges: Range[]): Range[] {
	const result: Array<[number, number]> = [];
	for (const [from, to] of ranges.sort((a, b) => b[1] - a[1])) {
		const last = result.at(-1);
		if (last !== undefined && to >= last[0] - 1) last[0] = Math.min(last[0], from);
		else result.push([from, to]);
	}
	return result;
}

/** What both have; each the newest first. */
function within(some: readonly Range[], others: readonly Range[]): Range[] {
	const result: Range[] = [];
	for (let [one, other] = [0, 0]; one < some.length && other < others.length; ) {
		const [a, b] = [some[one] ?? ALL, others[other] ?? ALL];
		const [from, to] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
		if (from <= to) result.push([from, to]);
		if (a[0] >= b[0]) one++;
		else other++;
	}
	return result;
}

/** How many ids they hold. */
export const sizeOf = (ranges: readonly Range[]): number =>
	ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** The newest messages with a word that many have, as candidates for a rank of their own (`common-words`). */
import type { IndexDatabase } from '../../index/open-index.ts';
import { type Filters, messageCondition } from '../filters.ts';
import type { Query } from '../read-query.ts';
import { type Candidate, prefixPattern } from './common-words.ts';
import { newestPassing, rangesOf } from './newest-passing.ts';

/**
 * Of a word that stands in more messages only the newest of these are ranked: what BM25 costs grows with their number, and what is best
 * among the newest thousand of a common word is as good as any.
 */
export const RANKED = 1_000;
/**
 * Words of the user count for more than those of agents, calls of tools for less; what is new counts up to half as much again, and loses
 * half of that in a month.
 */
export const WEIGHT = `case when m.said_by in ('person', 'command') then 1.5 when m.role = 'tool' then 0.6 else 1 end
	* case when m.is_side or c.is_subagent then 0.8 else 1 end
	* (1 + 0.5 / (1 + max(0, ? - coalesce(m.at, c.ended_at, 0)) / 2592000000.0))`;

interface Common {
	filters: Filters;
	/** Epoch ms. */
	now: number;
}

const isFiltered = (filters: Filters): boolean => messageCondition(filters).sql !== '';

/** The newest with a common word that pass; null: what is looked for is in fewer. */
export function newestCommon(
	db: IndexDatabase,
	match: string,
	query: Query,
	{ filters, now }: Common,
): Candidate[] | null {
	if (isFiltered(filters) && rangesOf(db, filters).length === 0) return [];
	const begun = newestBegun(db, query, { filters, now });
	if (begun !== null) return begun;
	const { ids } = db
		.prepare(
			`select json_group_array(id) as ids from (
				select rowid as id from message_fts where message_fts match ? order by rowid desc limit ${RANKED}
			)`,
		)
		.get(match) as { ids: string };
	if (JSON.parse(ids).length < RANKED) return null;
	return candidatesOf(
		db,
		isFiltered(filters) ? newestPassing(db, match, filters, { limit: RANKED }) : JSON.parse(ids),
		now,
	);
}

/** Messages that are looked at for a prefix, and how many of the first have to have it for that to be worth it. */
const LOOKED_AT = 3_000;
const LOOKED_AT_FIRST = 300;

/** FTS5 joins the lists of all words of a prefix before it gives the first message, so the newest are looked at themselves. */
function newestBegun(db: IndexDatabase, query: Query, { filters, now }: Common): Candidate[] | null {
	const pattern = prefixPattern(query);
	if (pattern === null) return null;
	const begun: Candidate[] = [];
	let [before, seen] = [Number.MAX_SAFE_INTEGER, 0];
	for (let count = LOOKED_AT_FIRST; seen < LOOKED_AT; count = Math.min(RANKED, LOOKED_AT - seen)) {
		const looked = candidatesOf(db, newestPassing(db, null, filters, { limit: count, before }), now);
		for (const one of looked) {
			pattern.lastIndex = 0;
			if (pattern.test(folded(`${one.text} ${one.parts}`)) && begun.push(one) === RANKED) return begun;
		}
		seen += looked.length;
		before = Math.min(...looked.map(({ id }) => id));
		// All that pass have been looked at.
		if (looked.length < count) return isFiltered(filters) ? begun : null;
		if (begun.length / seen < RANKED / LOOKED_AT) return null;
	}
	return null;
}

/** As one row of JSON: each row that libsql gives costs 10 µs. */
function candidatesOf(db: IndexDatabase, ids: readonly number[], now: number): Candidate[] {
	const { rows } = db
		.prepare(
			`select json_group_array(json_array(m.id, m.text, m.parts, ${WEIGHT})) as rows
			from json_each(?) f cross join messages m on m.id = f.value cross join conversations c on c.id = m.conversation`,
		)
		.get(now, JSON.stringify(ids)) as { rows: string };
	const read = JSON.parse(rows) as Array<[number, string, string, number]>;
	return read.map(([id, text, parts, weight]) => ({ id, text, parts, weight }));
}

/** As the tokenizer of the index has it: without accents. */
const folded = (text: string): string =>
	/[\u0080-\uffff]/.test(text) ? text.normalize('NFD').replace(/\p{M}/gu, '') : text;

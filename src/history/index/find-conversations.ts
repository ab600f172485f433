/** Conversations of the index by what a user types for one. */
import type { IndexDatabase } from './open-index.ts';

/** A row of `conversations`; its columns are in `index-tables`. */
export interface ConversationRow {
	id: number;
	ref: string;
	agent: string;
	native_id: string;
	slug: string | null;
	chain: string;
	title: string;
	project: string | null;
	parent: string | null;
	is_subagent: number;
	started_at: number | null;
	ended_at: number | null;
	messages: number;
	path: string;
	is_gone: number;
}

/** Fewer characters of an id name too many conversations by accident. */
const MIN_ID_PART = 4;

/**
 * Those that `typed` names: a whole `ref`, native id or ULID; else a slug; else the beginning or the end of an id, as it is shown. Oldest
 * first; empty where it names none, several where it is a slug or not enough of an id.
 */
export function findConversations(db: IndexDatabase, typed: string): ConversationRow[] {
	const exact = select(db, 'ref = ?1 or native_id = ?1 or native_id = upper(?1)', typed);
	if (exact.length > 0) return exact;
	const named = select(db, 'slug = ?1', typed.replace(/^@/, ''));
	if (named.length > 0 || typed.length < MIN_ID_PART || !/^[\w-]+$/.test(typed)) return named;
	return select(
		db,
		`lower(substr(native_id, 1, length(?1))) = lower(?1) or lower(substr(native_id, -length(?1))) = lower(?1)`,
		typed,
	);
}

function select(db: IndexDatabase, where: string, typed: string): ConversationRow[] {
	const rows = db.prepare(`select * from conversations where ${where} order by started_at, id`).all(typed);
	return rows as ConversationRow[];
}

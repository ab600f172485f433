/** Conversations of the index, the latest first. */
import type { ConversationRow } from '../index/find-conversations.ts';
import type { IndexDatabase } from '../index/open-index.ts';
import { type ChainPlace, placesIn } from './chains.ts';
import { conversationCondition, type Filters } from './filters.ts';

export interface ListedConversation extends ConversationRow {
	place: ChainPlace;
	/** The conversation's own, automatic and given by the user. */
	tags: readonly string[];
}

export interface Listing {
	filters: Filters;
	/** A slug, whole. */
	slug: string | null;
	/** With those of sub-agents. */
	hasSubAgents: boolean;
	/** null: all. */
	limit: number | null;
}

export function listConversations(
	db: IndexDatabase,
	{ filters, slug, hasSubAgents, limit }: Listing,
): { conversations: ListedConversation[]; count: number } {
	const { sql, values } = conversationCondition(filters);
	const where = `from conversations c where c.messages > 0 ${hasSubAgents ? '' : 'and c.is_subagent = 0'} ${sql} ${slug === null ? '' : 'and c.slug = ?'}`;
	const given = slug === null ? values : [...values, slug];
	const { count } = db.prepare(`select count(*) as count ${where}`).get(...given) as { count: number };
	const rows = db
		.prepare(`select c.* ${where} order by coalesce(c.ended_at, 0) desc, c.id desc limit ?`)
		.all(...given, limit ?? -1) as ConversationRow[];
	const placeOf = placesIn(db);
	const conversations = rows.map((row) => ({
		...row,
		place: placeOf({ conversation: row.id, chain: row.chain }),
		tags: tagsOfConversation(db, row),
	}));
	return { conversations, count };
}

/** Without those of its messages. */
export function tagsOfConversation(
	db: IndexDatabase,
	{ id, ref }: Pick<ConversationRow, 'id' | 'ref'>,
): string[] {
	const rows = db
		.prepare(
			`select tag from auto_tags where conversation = ? and message = 0
			union select tag from user_tags where ref = ? and message_key = 0 order by 1`,
		)
		.all(id, ref) as Array<{ tag: string }>;
	return rows.map(({ tag }) => tag);
}

/** The messages of conversations that belong together, in time. */
import type { IndexDatabase } from '../index/open-index.ts';

export interface ConversationMessage {
	id: number;
	conversation: number;
	/** Its place in its own conversation, from 1 on. */
	number: number;
	role: 'user' | 'assistant' | 'tool';
	said_by: string | null;
	agent: string;
	/** Epoch ms. */
	at: number | null;
	turn: number | null;
	is_side: number;
	/** Not made safe. */
	text: string;
	tags: readonly string[];
}

export interface Reading {
	/** Ids of conversations; at least one. */
	conversations: readonly number[];
	/** At most this many messages. */
	limit: number;
	/** Those around this moment, epoch ms, or around this message; null: the last ones. */
	around: { at: number } | { message: number } | null;
}

export interface ReadMessages {
	/** Oldest first. */
	messages: readonly ConversationMessage[];
	/** How many there are in all, and how many of them come before the first that is here. */
	count: number;
	before: number;
}

/** In time, then as they stand in their record. A message without a time is where its conversation begins. */
const PLACED = `select m.id, m.conversation, row_number() over (order by coalesce(m.at, c.started_at, 0), m.id) as place,
	coalesce(m.at, c.started_at, 0) as moment
	from messages m join conversations c on c.id = m.conversation where m.conversation in`;

export function readConversation(db: IndexDatabase, { conversations, limit, around }: Reading): ReadMessages {
	const marks = conversations.map(() => '?').join(', ');
	const { count } = db
		.prepare(`select count(*) as count from messages where conversation in (${marks})`)
		.get(...conversations) as { count: number };
	const middle = around === null ? null : placeOf(db, conversations, around);
	const last = Math.max(0, count - limit);
	const before = middle === null ? last : Math.max(0, Math.min(last, middle - 1 - Math.floor(limit / 2)));
	const rows = db
		.prepare(
			`select m.id, m.conversation, m.role, m.said_by, m.agent, m.at, m.turn, m.is_side, m.text,
				(select count(*) from messages n where n.conversation = m.conversation and n.id <= m.id) as number
			from (${PLACED} (${marks})) p join messages m on m.id = p.id
			where p.place > ? and p.place <= ? order by p.place`,
		)
		.all(...conversations, before, before + limit) as Array<Omit<ConversationMessage, 'tags'>>;
	const tags = tagsOfMessages(
		db,
		rows.map(({ id }) => id),
	);
	return { messages: rows.map((row) => ({ ...row, tags: tags.get(row.id) ?? [] })), count, before };
}

/** From 1 on: of the message, or of the first one at that moment or later. */
function placeOf(
	db: IndexDatabase,
	conversations: readonly number[],
	around: NonNullable<Reading['around']>,
): number | null {
	const marks = conversations.map(() => '?').join(', ');
	const [where, value] = 'at' in around ? ['moment >= ?', around.at] : ['id = ?', around.message];
	const row = db
		.prepare(`select min(place) as place from (${PLACED} (${marks})) where ${where}`)
		.get(...conversations, value) as { place: number | null };
	return row.place ?? ('at' in around ? Number.MAX_SAFE_INTEGER : null);
}

/** The id of message `number` of a conversation; null: it has not so many. */
export function messageAt(db: IndexDatabase, conversation: number, number: number): number | null {
	const row = db
		.prepare('select id from messages where conversation = ? order by id limit 1 offset ?')
		.get(conversation, number - 1) as { id: number } | undefined;
	return row?.id ?? null;
}

/** Automatic and the user's own, in the order of the alphabet. */
export function tagsOfMessages(db: IndexDatabase, ids: readonly number[]): Map<number, string[]> {
	const rows = db
		.prepare(
			`select m.id, t.tag from messages m join auto_tags t on t.conversation = m.conversation and t.message = m.id
			where m.id in (select value from json_each(?1))
			union select m.id, u.tag from messages m join conversations c on c.id = m.conversation
				join user_tags u on u.ref = c.ref and u.message_key = m.key
			where m.id in (select value from json_each(?1)) order by 2`,
		)
		.all(JSON.stringify(ids)) as Array<{ id: number; tag: string }>;
	const tags = new Map<number, string[]>();
	for (const { id, tag } of rows) tags.set(id, [...(tags.get(id) ?? []), tag]);
	return tags;
}

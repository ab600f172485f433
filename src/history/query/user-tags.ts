/** Tags that the user gave, which a rebuild of the index keeps, and how often each tag is given. */
import { type IndexDatabase, withTransaction } from '../index/open-index.ts';

/** What is tagged: a conversation, or one message of it. */
export interface Tagged {
	/** The `ref` in `conversations`. */
	ref: string;
	/** An id of `messages`; null: the conversation itself. */
	message: number | null;
}

export interface TagChange {
	add: readonly string[];
	remove: readonly string[];
	/** How many one thing may have. */
	most: number;
	/** Epoch ms. */
	now: number;
}

const KEY = `coalesce((select key from messages where id = ?), 0)`;

/** In the order of the alphabet. */
export function userTagsOf(db: IndexDatabase, { ref, message }: Tagged): string[] {
	const rows = db
		.prepare(`select tag from user_tags where ref = ? and message_key = ${KEY} order by tag`)
		.all(ref, message) as Array<{ tag: string }>;
	return rows.map(({ tag }) => tag);
}

/** The tags afterwards; null: they would be more than `most`, and nothing has changed. */
export function changeUserTags(
	db: IndexDatabase,
	tagged: Tagged,
	{ add, remove, most, now }: TagChange,
): string[] | null {
	const { ref, message } = tagged;
	return withTransaction(db, () => {
		const has = new Set(userTagsOf(db, tagged));
		for (const tag of add) has.add(tag);
		if (add.length > 0 && has.size > most) return null;
		const put = db.prepare(
			`insert or ignore into user_tags(ref, message_key, tag, at) values(?, ${KEY}, ?, ?)`,
		);
		for (const tag of add) put.run(ref, message, tag, now);
		const take = db.prepare(`delete from user_tags where ref = ? and message_key = ${KEY} and tag = ?`);
		for (const tag of remove) take.run(ref, message, tag);
		return userTagsOf(db, tagged);
	});
}

export interface TagCount {
	tag: string;
	/** How many conversations and messages have it from indexing. */
	automatic: number;
	/** And from the user. */
	manual: number;
}

/** The most given first. */
export function countTags(db: IndexDatabase): TagCount[] {
	const rows = db
		.prepare(
			`select tag, sum(automatic) as automatic, sum(manual) as manual from (
				select tag, 1 as automatic, 0 as manual from auto_tags union all select tag, 0, 1 from user_tags
			) group by tag order by count(*) desc, tag`,
		)
		.all();
	return rows as TagCount[];
}

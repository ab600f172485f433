import type { IndexDatabase } from '../../history/index/open-index.ts';

/** As ULIDs of sessions are shown, and as much of other ids as git shows. */
const [ULID_CHARS, ID_CHARS] = [6, 8];

/** The shortest that names the conversation alone: the end of a ULID, the beginning of another id, else all of it. */
export function shortConversation(
	db: IndexDatabase,
	{ ref, native_id: id }: { ref: string; native_id: string },
): string {
	const isOurs = ref.startsWith('relay:');
	const short = isOurs ? id.slice(-ULID_CHARS) : id.slice(0, ID_CHARS);
	if (!/^[\w-]{4,}$/.test(short)) return id;
	const { count } = db
		.prepare(
			`select count(*) as count from conversations where lower(substr(native_id, 1, ?2)) = lower(?1)
			or lower(substr(native_id, -?2)) = lower(?1) or slug = ?1`,
		)
		.get(short, short.length) as { count: number };
	return count === 1 ? short : id;
}

/** Takes conversations out of the index for good: a tombstone keeps every later indexing from bringing them back. */
import { RelayError } from '../../core/errors.ts';
import { type ConversationRow, findConversations } from './find-conversations.ts';
import { addWords } from './indexed-words.ts';
import { type IndexDatabase, withTransaction } from './open-index.ts';

/** What a forgotten conversation was, for the user. */
export interface Forgotten {
	/** What named it, as typed. */
	asked: string;
	ref: string;
	title: string;
	messages: number;
}

/** A glob, or a path whose contents are meant. */
const isGlob = (typed: string) => /[*?[/]/.test(typed);

/**
 * Each of `asked` is a REF, or a glob over refs, transcripts' paths and projects (`*` any characters, `?` one); a path stands for all below
 * it. A pattern counts for later conversations too, also where it matches nothing yet. Texts, tags and notes are wiped from the file.
 * Throws `not_found` for a REF that names nothing, `usage` for one that names several; then nothing was forgotten.
 */
export function forget(db: IndexDatabase, asked: readonly string[], now: number): Forgotten[] {
	const found = asked.map((typed) => {
		if (typed.trim() === '')
			throw new RelayError('usage', 'forget takes a REF or a pattern, not an empty text.');
		const pattern = isGlob(typed) ? withBelow(typed) : null;
		return { typed, pattern, rows: pattern === null ? named(db, typed) : matching(db, pattern) };
	});
	const forgotten = new Map<string, Forgotten>();
	withTransaction(db, () => {
		const bury = db.prepare('insert or ignore into tombstones(kind, value, at) values(?, ?, ?)');
		for (const { typed, pattern, rows } of found) {
			if (pattern !== null) bury.run('pattern', pattern, now);
			for (const row of rows) {
				if (forgotten.has(row.ref)) continue;
				const { ref, title, messages } = row;
				forgotten.set(ref, { asked: typed, ref, title, messages });
				bury.run('ref', ref, now);
				wipe(db, row);
			}
		}
	});
	// What was deleted would stand in the log file until the next checkpoint.
	db.pragma('wal_checkpoint(TRUNCATE)');
	return [...forgotten.values()];
}

/** Nothing before it matters for a path that begins with `/`. */
const withBelow = (typed: string) => (/[*?[]/.test(typed) ? typed : `${typed.replace(/\/+$/, '')}*`);

function named(db: IndexDatabase, typed: string): ConversationRow[] {
	const found = findConversations(db, typed);
	const [first] = found;
	if (first === undefined)
		throw new RelayError('not_found', `No conversation in the index is called ${JSON.stringify(typed)}.`, {
			hint: 'A REF is the id of a session or of a conversation, or a slug; a pattern has * in it.',
		});
	if (found.some(({ native_id, slug }) => native_id !== first.native_id && slug !== typed))
		throw new RelayError('usage', `${JSON.stringify(typed)} names ${found.length} conversations.`, {
			hint: `Give more of the id: ${found
				.slice(0, 5)
				.map(({ ref }) => ref)
				.join(', ')}`,
		});
	return found;
}

function matching(db: IndexDatabase, pattern: string): ConversationRow[] {
	const rows = db
		.prepare('select * from conversations where ref glob ?1 or path glob ?1 or project glob ?1 order by id')
		.all(pattern);
	return rows as ConversationRow[];
}

function wipe(db: IndexDatabase, { id, ref }: ConversationRow): void {
	db.pragma('secure_delete = on');
	db.exec("insert into message_fts(message_fts, rank) values('secure-delete', 1)");
	const words = new Set<string>();
	for (const row of db.prepare('select text from messages where conversation = ?').iterate(id))
		addWords((row as { text: string }).text, words);
	removeMessages(db, 'conversation', id);
	db.prepare('delete from conversations where id = ?').run(id);
	db.prepare('delete from user_tags where ref = ?').run(ref);
	db.prepare('delete from user_notes where ref = ?').run(ref);
	removeWords(db, words);
}

/** The messages of one conversation or one source, or one by its id, with what indexing found in them. */
export function removeMessages(db: IndexDatabase, of: 'conversation' | 'source' | 'id', id: number): void {
	db.prepare(
		`insert into message_fts(message_fts, rowid, text, parts) select 'delete', id, text, parts from messages where ${of} = ?`,
	).run(id);
	db.prepare(`delete from auto_tags where message in (select id from messages where ${of} = ?)`).run(id);
	if (of === 'conversation') db.prepare('delete from auto_tags where conversation = ?').run(id);
	db.prepare(`delete from messages where ${of} = ?`).run(id);
}

/** Those that no message has any more. */
function removeWords(db: IndexDatabase, words: ReadonlySet<string>): void {
	const used = db.prepare('select 1 from message_fts where message_fts match ? limit 1');
	const known = db.prepare('select id, word from words where word = ?');
	const unlist = db.prepare("insert into word_fts(word_fts, rowid, word) values('delete', ?, ?)");
	const remove = db.prepare('delete from words where id = ?');
	for (const word of words) {
		if (used.get(`"${word}"`) !== undefined) continue;
		const row = known.get(word) as { id: number; word: string } | undefined;
		if (row === undefined) continue;
		unlist.run(row.id, row.word);
		remove.run(row.id);
	}
}

/** Writes what was read into the index, in batches: each is one transaction, so that a kill keeps all that was written before. */
import { removeMessages } from './forget.ts';
import { addWords } from './indexed-words.ts';
import type { ConversationFacts, MessageRow } from './message-rows.ts';
import { type IndexDatabase, withTransaction } from './open-index.ts';

/** How far a source was read; `mark` '' while it is not at its end. */
interface SourceState {
	mark: string;
	bytes: number;
	tail: string;
	state: string;
}

/** What was read of one source since the last piece. */
export interface Piece {
	source: { agent: string; path: string };
	/** Whose conversation it is. */
	agent: string;
	ref: string;
	nativeId: string;
	/** The line of work; null: by slug, else by itself. */
	chain: string | null;
	facts: ConversationFacts;
	rows: readonly MessageRow[];
	state: SourceState;
	/** What was read of the source before is not there any more. */
	isAnew: boolean;
	/** Empty for a session that is not ours. */
	turns: readonly RelayTurn[];
	/** All tags in the record of a session of ours. Absent: this piece does not say. */
	recordTags?: readonly string[];
}

export interface RelayTurn {
	agent: string;
	nativeId: string;
	session: string;
	turn: number;
	startedAt: number | null;
	endedAt: number | null;
}

const MAX_ROWS = 3_000;
const MAX_CHARS = 2_000_000;
/** One statement with as many rows takes half the time of as many statements, or of JSON that SQLite takes apart. */
const ROWS_AT_ONCE = 50;
/** Words that are known to be in the table; more are looked up again. */
const MAX_KNOWN_WORDS = 300_000;
/** Clocks of a CLI and of the relay differ, and the CLI writes its first and last lines outside the turn. */
export const SLACK_MS = 2_000;

const insertOf = (rows: number): string =>
	`insert or ignore into messages(conversation, source, key, role, said_by, agent, at, turn, is_side, text, parts)
	values ${Array(rows).fill('(?1, ?2, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`;

export class IndexWriter {
	readonly #db: IndexDatabase;
	#pieces: Piece[] = [];
	#rows = 0;
	#chars = 0;
	readonly #knownWords = new Set<string>();
	readonly #touched = new Set<number>();
	#insertFull: ReturnType<IndexDatabase['prepare']> | null = null;

	constructor(db: IndexDatabase) {
		this.#db = db;
	}

	add(piece: Piece): void {
		this.#pieces.push(piece);
		this.#rows += piece.rows.length + 1;
		for (const { text } of piece.rows) this.#chars += text.length;
		if (this.#rows >= MAX_ROWS || this.#chars >= MAX_CHARS) this.flush();
	}

	/** One batch. */
	flush(): void {
		if (this.#pieces.length === 0) return;
		const pieces = this.#pieces;
		withTransaction(this.#db, () => {
			const before = this.#lastMessage();
			const tags: Array<readonly [string, number, number | null]> = [];
			for (const piece of pieces) this.#write(piece, tags);
			this.#indexWords(before, pieces);
			this.#tag(tags);
			for (const id of this.#touched) this.#count(id);
		});
		this.#touched.clear();
		this.#pieces = [];
		this.#rows = this.#chars = 0;
	}

	#lastMessage(): number {
		const row = this.#db.prepare('select coalesce(max(id), 0) as last from messages').get() as {
			last: number;
		};
		return row.last;
	}

	#write(piece: Piece, tags: Array<readonly [string, number, number | null]>): void {
		const conversation = this.#conversation(piece);
		const source = this.#source(piece, conversation);
		this.#touched.add(conversation);
		for (let at = 0; at < piece.rows.length; at += ROWS_AT_ONCE)
			this.#insert(conversation, source, piece.rows.slice(at, at + ROWS_AT_ONCE));
		for (const { key, tags: own } of piece.rows) for (const tag of own) tags.push([tag, conversation, key]);
		for (const tag of piece.facts.tags) tags.push([tag, conversation, null]);
		for (const turn of piece.turns) this.#claim(turn);
		if (piece.recordTags !== undefined)
			mirrorTags(this.#db, piece.ref, piece.recordTags, piece.facts.endedAt ?? 0);
	}

	#insert(conversation: number, source: number, rows: readonly MessageRow[]): void {
		const values = rows.flatMap((row) => [
			...[
				row.key,
				row.role,
				row.saidBy,
				row.agent,
				row.at,
				row.turn,
				row.isSide ? 1 : 0,
				row.text,
				row.parts,
			],
		]);
		const isFull = rows.length === ROWS_AT_ONCE;
		const insert = (isFull ? this.#insertFull : null) ?? this.#db.prepare(insertOf(rows.length));
		if (isFull) this.#insertFull = insert;
		insert.run(conversation, source, ...values);
	}

	#conversation({ ref, agent, nativeId, chain, source, facts, isAnew }: Piece): number {
		const {
			cwd = null,
			slug = null,
			title = null,
			parent = null,
			isSubAgent,
			firstWords,
			startedAt,
			endedAt,
		} = facts;
		const mother = parent === null ? null : `${source.agent}:${parent}`;
		const { id } = this.#db
			.prepare(
				`insert into conversations(ref, agent, native_id, slug, chain, title, project, parent, is_subagent, started_at, ended_at, path)
				values(?1, ?2, ?3, ?4, coalesce(?5, 'slug:' || ?4, ?1), coalesce(?6, ?7, ''), ?8, ?9, ?10, ?11, ?12, ?13)
				on conflict(ref) do update set agent = ?2, slug = coalesce(?4, slug),
					chain = coalesce(?5, 'slug:' || coalesce(?4, slug), chain),
					title = case when ?6 is not null then ?6
						when title = '' or (?14 and ?7 is not null) or (title like '/%' and ?7 not like '/%') then coalesce(?7, '') else title end,
					project = coalesce(project, ?8), parent = coalesce(?9, parent), is_subagent = max(is_subagent, ?10),
					started_at = min(coalesce(started_at, ?11), coalesce(?11, started_at)),
					ended_at = max(coalesce(ended_at, ?12), coalesce(?12, ended_at)), path = ?13, is_gone = 0
				returning id`,
			)
			.get(
				...[ref, agent, nativeId, slug, chain],
				...[
					title,
					firstWords,
					cwd,
					mother,
					isSubAgent === true ? 1 : 0,
					startedAt,
					endedAt,
					source.path,
					isAnew ? 1 : 0,
				],
			) as { id: number };
		return id;
	}

	#source({ source: { agent, path }, state, isAnew }: Piece, conversation: number): number {
		const { id } = this.#db
			.prepare(
				`insert into sources(agent, path, mark, conversation, bytes, tail, state) values(?, ?, ?, ?, ?, ?, ?)
				on conflict(path) do update set mark = excluded.mark, conversation = excluded.conversation, bytes = excluded.bytes,
					tail = excluded.tail, state = excluded.state, is_gone = 0
				returning id`,
			)
			.get(agent, path, state.mark, conversation, state.bytes, state.tail, state.state) as { id: number };
		if (isAnew) removeMessages(this.#db, 'source', id);
		return id;
	}

	/** Native messages within a turn of ours are ours: the newer record takes them out. */
	#claim({ agent, nativeId, session, turn, startedAt, endedAt }: RelayTurn): void {
		this.#db
			.prepare(
				'insert or replace into relay_turns(agent, native_id, session, turn, started_at, ended_at) values(?, ?, ?, ?, ?, ?)',
			)
			.run(agent, nativeId, session, turn, startedAt, endedAt);
		const own = this.#db
			.prepare(
				`select m.id, m.conversation from messages m join conversations c on c.id = m.conversation
				where c.ref = ? and m.is_side = 0 and (m.at is null or m.at between ? and ?)`,
			)
			.all(`${agent}:${nativeId}`, (startedAt ?? 0) - SLACK_MS, (endedAt ?? startedAt ?? 0) + SLACK_MS);
		for (const row of own as Array<{ id: number; conversation: number }>) {
			removeMessages(this.#db, 'id', row.id);
			this.#touched.add(row.conversation);
		}
	}

	#indexWords(before: number, pieces: readonly Piece[]): void {
		this.#db
			.prepare(
				'insert into message_fts(rowid, text, parts) select id, text, parts from messages where id > ?',
			)
			.run(before);
		if (this.#knownWords.size > MAX_KNOWN_WORDS) this.#knownWords.clear();
		const fresh = new Set<string>();
		for (const { rows } of pieces) for (const { text } of rows) addWords(text, fresh, this.#knownWords);
		for (const word of fresh) this.#knownWords.add(word);
		const { last } = this.#db.prepare('select coalesce(max(id), 0) as last from words').get() as {
			last: number;
		};
		this.#db
			.prepare('insert or ignore into words(word) select value from json_each(?)')
			.run(JSON.stringify([...fresh]));
		this.#db.prepare('insert into word_fts(rowid, word) select id, word from words where id > ?').run(last);
	}

	#tag(tags: ReadonlyArray<readonly [string, number, number | null]>): void {
		if (tags.length === 0) return;
		this.#db
			.prepare(
				`insert or ignore into auto_tags(tag, conversation, message)
				select t.value->>0, t.value->>1, coalesce(m.id, 0) from json_each(?) t left join messages m on m.key = t.value->>2
				where t.value->>2 is null or m.conversation = t.value->>1`,
			)
			.run(JSON.stringify(tags));
	}

	#count(conversation: number): void {
		this.#db
			.prepare(
				'update conversations set messages = (select count(*) from messages where conversation = ?1) where id = ?1',
			)
			.run(conversation);
	}
}

/** Tags of a session of ours live in its record: those of the index follow it. */
function mirrorTags(db: IndexDatabase, ref: string, tags: readonly string[], at: number): void {
	const all = JSON.stringify(tags);
	db.prepare(
		'delete from user_tags where ref = ? and message_key = 0 and tag not in (select value from json_each(?))',
	).run(ref, all);
	db.prepare(
		'insert or ignore into user_tags(ref, message_key, tag, at) select ?, 0, value, ? from json_each(?)',
	).run(ref, at, all);
}

/**
 * Copilot's to-do list: rows of a table that the model changes by SQL. The statements that its instructions give it are
 * understood here; after any other change of the table the list is unknown until it is written anew.
 */
import type { PlanItem, PlanStatus } from '../../events.ts';

const MAX_ITEMS = 500;
/** A longer query is not read: a list that people follow is short. */
const MAX_QUERY_CHARS = 256 * 1024;

const STATUSES: ReadonlyMap<string, PlanStatus> = new Map([
	['pending', 'pending'],
	['blocked', 'pending'],
	['in_progress', 'in_progress'],
	['done', 'completed'],
]);

interface Todo {
	title: string;
	status: PlanStatus;
}

type Token = { type: 'text'; text: string } | { type: 'word'; text: string };

export class TodoTable {
	readonly #rows = new Map<string, Todo>();
	#isKnown = true;

	/** `before` is null if there may be rows that nothing has reported. */
	constructor(before: readonly PlanItem[] | null = []) {
		this.#isKnown = before !== null;
		for (const [at, { id, text, status }] of (before ?? []).entries())
			this.#rows.set(id ?? String(at + 1), { title: text, status });
	}

	/** The list in order; null while it is unknown. */
	get items(): PlanItem[] | null {
		if (!this.#isKnown) return null;
		return [...this.#rows].map(([id, { title, status }]) => ({ text: title, status, id }));
	}

	/** True if the query, which has succeeded, changed the table. */
	run(query: string): boolean {
		if (query.length > MAX_QUERY_CHARS) return this.#lose();
		const changes = statements(query).map((tokens) => this.#statement(new Reader(tokens)));
		return changes.includes(true);
	}

	#statement(sql: Reader): boolean {
		if (sql.takes('insert')) return this.#insert(sql);
		if (sql.takes('replace')) return this.#insert(sql);
		if (sql.takes('update')) return sql.takes('todos') ? (this.#update(sql) ?? this.#lose()) : false;
		if (sql.takes('delete', 'from')) return sql.takes('todos') ? (this.#delete(sql) ?? this.#lose()) : false;
		if (sql.takes('drop', 'table') || sql.takes('alter', 'table'))
			return sql.has('todos') ? this.#lose() : false;
		return false;
	}

	#insert(sql: Reader): boolean {
		if (sql.takes('or')) sql.next();
		if (!sql.takes('into') || !sql.takes('todos')) return false;
		const columns = sql.list();
		if (columns === null || !sql.takes('values')) return this.#lose();
		do {
			const values = sql.list();
			if (values === null || !this.#add(columns, values)) return this.#lose();
		} while (sql.takes(','));
		return sql.isAtEnd ? true : this.#lose();
	}

	#add(columns: readonly string[], values: readonly string[]): boolean {
		const row = new Map(columns.map((column, at) => [column.toLowerCase(), values[at]]));
		const [id, title] = [row.get('id'), row.get('title')];
		const status = STATUSES.get(row.get('status') ?? 'pending');
		if (id === undefined || title === undefined || status === undefined) return false;
		if (this.#rows.size < MAX_ITEMS) this.#rows.set(id, { title, status });
		return true;
	}

	/** null: not understood. */
	#update(sql: Reader): true | null {
		if (!sql.takes('set')) return null;
		const changes = new Map<string, string>();
		do {
			const column = sql.word();
			const value = column !== null && sql.takes('=') ? sql.value() : null;
			if (column === null || value === null) return null;
			changes.set(column, value);
		} while (sql.takes(','));
		const rows = this.#where(sql);
		if (rows === null) return null;
		const asked = changes.get('status');
		const status = asked === undefined ? undefined : STATUSES.get(asked);
		if (changes.has('id') || (asked !== undefined && status === undefined)) return null;
		for (const id of rows) {
			const row = this.#rows.get(id);
			if (row === undefined) continue;
			this.#rows.set(id, { title: changes.get('title') ?? row.title, status: status ?? row.status });
		}
		return true;
	}

	#delete(sql: Reader): true | null {
		const isWhole = sql.isAtEnd;
		const rows = this.#where(sql);
		if (rows === null) return null;
		for (const id of rows) this.#rows.delete(id);
		if (isWhole) this.#isKnown = true;
		return true;
	}

	/** The ids that a `WHERE` chooses, all of them without one; null: not understood. */
	#where(sql: Reader): string[] | null {
		if (sql.isAtEnd) return [...this.#rows.keys()];
		if (!sql.takes('where')) return null;
		const column = sql.word();
		const chosen = sql.takes('in') ? sql.list() : sql.takes('=') ? [sql.value()] : null;
		if (chosen === null || !sql.isAtEnd) return null;
		const values = chosen.filter((value) => value !== null);
		if (column === 'id') return values;
		if (column !== 'status') return null;
		const states = values.map((value) => STATUSES.get(value));
		// Both `pending` and `blocked` are shown as pending, so neither says which rows are meant.
		if (states.includes('pending') || states.includes(undefined)) return null;
		return [...this.#rows].filter(([, { status }]) => states.includes(status)).map(([id]) => id);
	}

	#lose(): true {
		this.#isKnown = false;
		this.#rows.clear();
		return true;
	}
}

/** The words of one statement, taken from its start. */
class Reader {
	readonly #tokens: readonly Token[];
	#at = 0;

	constructor(tokens: readonly Token[]) {
		this.#tokens = tokens;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#tokens.length;
	}

	next(): Token | undefined {
		return this.#tokens[this.#at++];
	}

	has(word: string): boolean {
		return this.#tokens.some(({ text }) => text.toLowerCase() === word);
	}

	/** Takes these words if they come next. */
	takes(...words: string[]): boolean {
		const isNext = words.every((word, ahead) => {
			const token = this.#tokens[this.#at + ahead];
			return token?.type === 'word' && token.text.toLowerCase() === word;
		});
		if (isNext) this.#at += words.length;
		return isNext;
	}

	/** A name, in small letters. */
	word(): string | null {
		const token = this.#tokens[this.#at];
		if (token === undefined || !/^\w+$/.test(token.text)) return null;
		this.#at++;
		return token.text.toLowerCase();
	}

	/** A text, a number or a call such as `CURRENT_TIMESTAMP` or `datetime('now')`; null: none. */
	value(): string | null {
		const token = this.next();
		if (token === undefined) return null;
		if (token.type === 'word' && !/^[\w.-]+$/.test(token.text)) return null;
		if (token.type === 'word' && this.takes('(')) {
			while (!this.isAtEnd && !this.takes(')')) this.next();
		}
		return token.text;
	}

	/** Values in parentheses; null: none. */
	list(): string[] | null {
		if (!this.takes('(')) return null;
		const values: string[] = [];
		do {
			const value = this.value();
			if (value === null) return null;
			values.push(value);
		} while (this.takes(','));
		return this.takes(')') ? values : null;
	}
}

const TOKEN = /\s+|--[^\n]*|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([\w.-]+)|(.)/gsy;

function statements(query: string): Token[][] {
	const all: Token[][] = [[]];
	for (const [, quoted, name, word, sign] of query.matchAll(TOKEN)) {
		if (sign === ';') all.push([]);
		else if (quoted !== undefined) all.at(-1)?.push({ type: 'text', text: quoted.replaceAll("''", "'") });
		else if (name !== undefined) all.at(-1)?.push({ type: 'text', text: name.replaceAll('""', '"') });
		else if (word !== undefined || sign !== undefined)
			all.at(-1)?.push({ type: 'word', text: word ?? sign ?? '' });
	}
	return all.filter((tokens) => tokens.length > 0);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TodoTable } from '../../../../src/agents/copilot/stream/todos.ts';

const listAfter = (...queries: string[]) => {
	const table = new TodoTable();
	for (const query of queries) table.run(query);
	return table.items?.map(({ id, text, status }) => [id, text, status]) ?? null;
};
const TWO = `INSERT INTO todos (id, title, status) VALUES ('a', 'It''s first', 'pending'), ('b', 'Then; this', 'blocked')`;

describe('the to-do list of copilot', () => {
	it.each([
		["UPDATE todos SET status = 'done' WHERE id = 'a'", ['completed', 'pending']],
		[
			"update todos set status='in_progress', updated_at = datetime('now') where id in ('a', 'b');",
			['in_progress', 'in_progress'],
		],
		['UPDATE todos SET status = "done"', ['completed', 'completed']],
		["UPDATE todos SET status = 'done' WHERE id = 'c'", ['pending', 'pending']],
		["SELECT * FROM todos; -- status = 'done'", ['pending', 'pending']],
		["INSERT INTO todo_deps (todo_id, depends_on) VALUES ('a', 'b')", ['pending', 'pending']],
	])('follows %s', (query, statuses) => {
		expect(listAfter(TWO, query)).toEqual([
			['a', "It's first", statuses[0]],
			['b', 'Then; this', statuses[1]],
		]);
	});

	it('loses and replaces rows', () => {
		expect(listAfter(TWO, "DELETE FROM todos WHERE id = 'a'")).toEqual([['b', 'Then; this', 'pending']]);
		expect(listAfter(TWO, "INSERT OR REPLACE INTO todos (id, title) VALUES ('a', 'Anew')")?.[0]).toEqual([
			'a',
			'Anew',
			'pending',
		]);
		expect(listAfter(TWO, 'DELETE FROM todos')).toEqual([]);
	});

	it.each([
		"UPDATE todos SET status = 'done' WHERE title LIKE '%first%'",
		"UPDATE todos SET status = upper('done') || 'x'",
		'INSERT INTO todos SELECT * FROM other',
		"UPDATE todos SET status = 'done' WHERE status = 'pending'",
		'DROP TABLE todos',
	])('is unknown after %s, until it is written anew', (query) => {
		expect(listAfter(TWO, query)).toBeNull();
		expect(listAfter(TWO, query, 'DELETE FROM todos', TWO)).toHaveLength(2);
	});

	it('takes any text without an exception', () => {
		const words = fc.constantFrom(
			'INSERT',
			'INTO',
			'todos',
			'UPDATE',
			'SET',
			"'",
			'(',
			')',
			',',
			'=',
			'WHERE',
			'id',
			';',
			'x',
		);
		fc.assert(
			fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 20 }), (parts) => {
				expect(() => listAfter(TWO, parts.join(' '))).not.toThrow();
			}),
		);
	});
});

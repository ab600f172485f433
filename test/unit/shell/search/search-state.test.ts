import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hit } from '../../../../src/commands/search/hit.ts';
import { createKeyDecoder } from '../../../../src/shell/editor/keys.ts';
import { pageRows, searchRegion } from '../../../../src/shell/search/search-rows.ts';
import {
	firstState,
	pressSearchKey,
	type SearchEffect,
	type SearchState,
	withHits,
	withRows,
} from '../../../../src/shell/search/search-state.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';

const hit = (number: number, over: Partial<Hit> = {}): Hit => ({
	id: number,
	key: String(number),
	conversation: 1,
	number,
	role: 'user',
	said_by: 'person',
	agent: 'codex',
	at: 0,
	turn: null,
	is_side: 0,
	ref: `codex:${number}`,
	native_id: String(number),
	slug: null,
	chain: 'x',
	title: `title ${number}`,
	project: '/home/me/shop',
	is_subagent: 0,
	is_gone: 0,
	place: { number: 1, count: 1 },
	tags: [],
	excerpt: [
		{ text: 'the ', isHit: false },
		{ text: 'login', isHit: true },
		{ text: ` ${number}`, isHit: false },
	],
	target: `x#${number}`,
	...over,
});

const HITS = [hit(1), hit(2), hit(3)];
const [ESC, ENTER, UP, DOWN] = ['\x1b', '\r', '\x1b[A', '\x1b[B'];

/** Presses keys as a terminal sends them. */
function press(state: SearchState, ...typed: string[]): { state: SearchState; effects: SearchEffect[] } {
	const effects: SearchEffect[] = [];
	let now = state;
	for (const bytes of typed) {
		const decoder = createKeyDecoder();
		for (const key of [...decoder.push(Buffer.from(bytes)), ...decoder.flush()]) {
			const reduced = pressSearchKey(now, key, 5);
			now = reduced.state;
			if (reduced.effect !== null) effects.push(reduced.effect);
		}
	}
	return { state: now, effects };
}

const start = () => withHits(firstState(['claude', 'codex']), { hits: HITS, hasMore: false });

describe('the keys of the full screen', () => {
	it('search with each change of the query, and only then', () => {
		const { state, effects } = press(start(), 'l', 'o', '\x1b[D', '\x7f');
		expect(effects).toEqual([
			{ type: 'search', typed: 'l' },
			{ type: 'search', typed: 'lo' },
			{ type: 'search', typed: 'o' },
		]);
		expect(state).toMatchObject({ mode: 'find', isSearching: true });
	});

	it('take h as text where the query is typed, and to go on where a row is chosen', () => {
		expect(press(start(), 'h').effects).toEqual([{ type: 'search', typed: 'h' }]);
		const { state, effects } = press(start(), DOWN, DOWN, 'h');
		expect(state).toMatchObject({ mode: 'agents', selected: 1, agentAt: 1 });
		expect(effects).toEqual([]);
		expect(press(state, UP, ENTER).effects).toEqual([{ type: 'go_on', hit: HITS[1], agent: 'claude' }]);
		expect(press(state, ESC).state.mode).toBe('list');
	});

	it('move between the rows and the query, and stop at both ends', () => {
		expect(press(start(), DOWN, DOWN, DOWN, DOWN).state).toMatchObject({ mode: 'list', selected: 2 });
		expect(press(start(), DOWN, UP).state.mode).toBe('find');
		expect(press(start(), DOWN, 'x').state).toMatchObject({ mode: 'find', edit: { text: 'x' } });
		expect(press(firstState([]), DOWN).state.mode).toBe('find');
	});

	it('open a conversation, scroll it within its ends, and go on from it', () => {
		const { state, effects } = press(start(), ENTER);
		expect(effects).toEqual([{ type: 'read', hit: HITS[0] }]);
		const rows = Array.from({ length: 12 }, (_, at) => `row ${at}`);
		const reading = withRows(state, { rows, at: 4 });
		expect(reading).toMatchObject({ mode: 'read', top: 4 });
		expect(press(reading, ' ', ' ', ' ').state.top).toBe(7);
		expect(press(reading, UP, UP, UP, UP, UP, UP).state.top).toBe(0);
		expect(press(reading, 'h').state).toMatchObject({ mode: 'agents', before: 'read' });
		expect(press(reading, 'h', ESC).state.mode).toBe('read');
		expect(press(reading, ESC).state.mode).toBe('list');
	});

	it('leave with Ctrl+C from everywhere, and with Escape from the query', () => {
		for (const before of [[], [DOWN], [DOWN, 'h']])
			expect(press(start(), ...before, '\x03').effects).toEqual([{ type: 'leave' }]);
		expect(press(start(), ESC).effects).toEqual([{ type: 'leave' }]);
		expect(press(start(), DOWN, ESC).effects).toEqual([]);
	});

	it('never make a second line of the query', () => {
		const { state } = press(start(), '\x1b[200~two\nlines\x1b[201~', '\n', '\x1b\r');
		expect(state.edit.text).not.toContain('\n');
	});
});

describe('the rows of the full screen', () => {
	const room = (columns: number, rows: number) => ({
		columns,
		rows,
		theme: PLAIN_THEME,
		home: '/home/me',
		now: 60_000,
	});

	it('show the query, the rows, the chosen one in full, and the keys', () => {
		const { state } = press(start(), DOWN, DOWN);
		const { rows } = searchRegion(state, room(40, 10));
		expect(rows).toEqual([
			'search › ',
			'  codex · you · 1 min ago · the login 1',
			'› codex · you · 1 min ago · the login 2',
			'  codex · you · 1 min ago · the login 3',
			'',
			'',
			'─'.repeat(39),
			'  the [login] 2',
			'2 of 3 · Enter opens · h goes on · Esc',
		]);
		expect(searchRegion(state, room(100, 10)).rows[2]).toBe(
			'› codex · you · 1 min ago · ~/shop · title 2 · the login 2',
		);
	});

	it('say that nothing is found', () => {
		const none = withHits(start(), { hits: [], hasMore: false });
		expect(searchRegion(none, room(40, 10)).rows[1]).toBe('No conversation is indexed yet.');
	});

	it('fit every screen, whatever was typed and pressed', () => {
		const keys = fc.constantFrom(
			ESC,
			ENTER,
			UP,
			DOWN,
			'h',
			'x',
			'日本',
			'\t',
			'\x1b[5~',
			'\x1b[6~',
			'\x7f',
			'\x15',
		);
		fc.assert(
			fc.property(
				fc.array(keys, { maxLength: 30 }),
				fc.integer({ min: 8, max: 120 }),
				fc.integer({ min: 3, max: 40 }),
				(typed, columns, rows) => {
					let state = start();
					for (const key of typed) {
						const { state: next, effects } = press(state, key);
						const opens = effects.some(({ type }) => type === 'read');
						state = opens ? withRows(next, { rows: ['a', 'b'], at: 1 }) : next;
						const region = searchRegion(state, room(columns, rows));
						expect(region.rows.length).toBeLessThanOrEqual(Math.max(3, rows - 1));
						expect(region.cursor.column).toBeLessThan(columns);
						for (const row of region.rows) expect(columnsOf(row), row).toBeLessThan(columns);
						expect(state.top).toBeGreaterThanOrEqual(0);
					}
				},
			),
			{ numRuns: 60 },
		);
		expect(pageRows({ rows: 3 })).toBe(1);
	});
});

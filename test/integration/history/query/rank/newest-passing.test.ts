import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Filters, messageCondition } from '../../../../../src/history/query/filters.ts';
import { newestPassing } from '../../../../../src/history/query/rank/newest-passing.ts';
import { readQuery } from '../../../../../src/history/query/read-query.ts';
import { searchMessages } from '../../../../../src/history/query/search-messages.ts';
import { changeUserTags } from '../../../../../src/history/query/user-tags.ts';
import { type FilledIndex, fillIndex, START } from '../../../../helpers/filled-index.ts';

const HOUR = 3_600_000;
const ROLES = ['user', 'assistant', 'tool'] as const;
const AGENTS = ['claude', 'codex', 'relay'] as const;
const CONVERSATIONS = 60;
const MESSAGES = 40;

let index: FilledIndex;
beforeAll(() => {
	index = fillIndex();
	for (let at = 0; at < CONVERSATIONS; at++) fill(at);
});
afterAll(() => index.close());

/** Every message has the word `common`; those of a session of ours are of two agents; a few have no time. */
function fill(at: number): void {
	const agent = AGENTS[at % AGENTS.length] ?? 'claude';
	const startedAt = START + ((at * 7) % CONVERSATIONS) * HOUR;
	const { id, messages } = index.add({
		ref: `${agent}:c${at}`,
		project: at % 4 === 0 ? null : `/home/me/p${at % 4}`,
		started_at: startedAt,
		ended_at: startedAt + MESSAGES * 60_000,
		tags: at % 5 === 0 ? ['has:tests'] : [],
		messages: Array.from({ length: MESSAGES }, (_, nth) => ({
			text: nth % 9 === 0 ? 'common rare words' : 'common words',
			role: ROLES[nth % 3] ?? 'user',
			agent: agent === 'relay' ? (nth % 2 === 0 ? 'claude' : 'gemini') : agent,
			at: nth % 13 === 0 ? null : startedAt + nth * 60_000,
			tags: nth % 17 === 0 ? ['insight'] : nth % 19 === 0 ? ['plan', 'insight'] : [],
		})),
	});
	const tag = (message: number | null, add: string[]) =>
		changeUserTags(index.db, { ref: `${agent}:c${at}`, message }, { add, remove: [], most: 200, now: START });
	if (at % 11 === 0) tag(null, ['insight', 'mine']);
	if (at % 6 === 0) tag(messages[id % MESSAGES] ?? null, ['mine', 'plan']);
}

const maybe = <T>(...of: T[]) => fc.option(fc.constantFrom(...of), { nil: null });
const filters: fc.Arbitrary<Filters> = fc.record({
	agent: maybe('claude', 'codex', 'gemini', 'nobody'),
	project: maybe('/home/me/p1', '/home/me', 'P2', '/nowhere'),
	role: maybe(...ROLES),
	tags: fc.uniqueArray(fc.constantFrom('insight', 'plan', 'mine', 'has:tests', 'none'), { maxLength: 2 }),
	since: maybe(START + 20 * HOUR, START + 500 * HOUR),
	until: maybe(START + 30 * HOUR, START),
	conversations: fc.option(fc.uniqueArray(fc.nat(CONVERSATIONS), { maxLength: 3 }), { nil: null, freq: 4 }),
});

/** Looks at each message with the word. */
function allPassing(word: string | null, asked: Filters): number[] {
	const { sql, values } = messageCondition(asked);
	const rows = index.db
		.prepare(
			`select m.id from messages m join conversations c on c.id = m.conversation
			where (? is null or instr(m.text, ?) > 0) ${sql} order by m.id desc`,
		)
		.all(word, word, ...values);
	return rows.map((row) => (row as { id: number }).id);
}

describe('newestPassing', () => {
	it('finds what looking at each message finds, whatever the filters and the words', () => {
		const words = fc.constantFrom('common', 'rare', null);
		fc.assert(
			fc.property(words, filters, fc.integer({ min: 1, max: 3_000 }), (word, asked, limit) => {
				const all = allPassing(word, asked);
				expect(newestPassing(index.db, word, asked, { limit })).toEqual(all.slice(0, limit));
				const before = all[Math.floor(all.length / 2)] ?? 1;
				expect(newestPassing(index.db, word, asked, { limit, before })).toEqual(
					all.filter((id) => id < before).slice(0, limit),
				);
			}),
			{ seed: 7, numRuns: 300 },
		);
	});
});

describe('searchMessages with a filter', () => {
	const search = (typed: string, asked: Filters, limit: number) =>
		searchMessages(index.db, {
			query: readQuery(typed).query,
			filters: asked,
			limit,
			now: START + 100 * HOUR,
		}).messages.map(({ id }) => id);

	it.each(['common', 'comm*', 'co*', 'c*', 'rare AND common', 'common OR rare'])(
		'gives all that pass for %s, which more than a thousand messages have',
		(typed) => {
			const word = typed.includes('AND') ? 'rare' : 'common';
			for (const asked of [
				{ role: 'tool', project: '/home/me/p1' },
				{ tags: ['plan'] },
				{ tags: ['mine'], agent: 'gemini' },
				{ tags: ['none'] },
				{ since: START + 58 * HOUR },
				{ agent: 'nobody' },
			] satisfies Filters[]) {
				const found = search(typed, asked, 3_000);
				expect(
					[...found].sort((a, b) => b - a),
					JSON.stringify(asked),
				).toEqual(allPassing(word, asked));
			}
		},
	);

	it('lists the newest by their own time, else by that of their conversation', () => {
		const time = index.db.prepare(
			'select coalesce(m.at, c.ended_at, 0) as time from messages m join conversations c on c.id = m.conversation where m.id = ?',
		);
		const times = (ids: readonly number[]) => ids.map((id) => (time.get(id) as { time: number }).time);
		fc.assert(
			fc.property(filters, (asked) => {
				const found = search('', asked, 50);
				const all = times(allPassing(null, asked)).sort((a, b) => b - a);
				expect(times(found)).toEqual(all.slice(0, 50));
			}),
			{ seed: 7, numRuns: 200 },
		);
	});
});

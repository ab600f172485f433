import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Filters } from '../../../../src/history/query/filters.ts';
import { readQuery } from '../../../../src/history/query/read-query.ts';
import { searchMessages } from '../../../../src/history/query/search-messages.ts';
import { suggestQuery } from '../../../../src/history/query/suggest-query.ts';
import { changeUserTags } from '../../../../src/history/query/user-tags.ts';
import { type FilledIndex, fillIndex, START } from '../../../helpers/filled-index.ts';

const DAY = 24 * 3600 * 1000;

let index: FilledIndex;
beforeEach(() => {
	index = fillIndex();
});
afterEach(() => index.close());

const say = (...texts: string[]) => index.add({ messages: texts.map((text) => ({ text })) });

function found(typed: string, filters: Filters = {}, limit = 20): string[] {
	const { query } = readQuery(typed);
	const now = START + 100 * DAY;
	return searchMessages(index.db, { query, filters, limit, now }).messages.map(({ text }) => text);
}

describe('searchMessages', () => {
	it.each([
		['a word', 'login', 'the login fails'],
		['a word in another form', 'migration', 'two migrations ran'],
		['a word without accents', 'buro', 'das Büro'],
		['a word with accents', 'büro', 'das Buro'],
		['a path, whole', 'src/auth/session.ts', 'edit src/auth/session.ts now'],
		['a path, by part', 'session.ts', 'edit src/auth/session.ts now'],
		['a word of code, whole', 'fooBarBaz', 'call fooBarBaz()'],
		['a word of code, by part', 'bar', 'call fooBarBaz()'],
		['a word of code, by two parts', '"foo bar"', 'call fooBarBaz()'],
		['a word of code, written otherwise', 'fooBar', 'call foo_bar()'],
		['words with a hyphen', 'rate-limit', 'the rate-limit'],
		['words with a hyphen, by part', 'limit', 'the rate-limit'],
		['an identifier of another style', 'rate-limit', 'let rateLimit = 1'],
		['an acronym in a name', 'server', 'class HTTPServer'],
		['signs behind a letter', 'C++', 'written in C++'],
		['an apostrophe', "it's", "it's there"],
		['characters without spaces', '検索', '全文検索機能'],
		['a longer run of them', '検索機', '全文検索機能'],
		['one of them', '検', '全文検索機能'],
		['hangul with an ending', '검색', '검색을 한다'],
		['a word between such characters', 'test', 'これはtestです'],
		['the middle of a word', 'uthentic', 'the authentication'],
		['the beginning of a word', 'authentica*', 'the authentication'],
		['a phrase', '"not found"', 'it was not found'],
	])('finds %s', (_, typed, text) => {
		say(text, 'something else');
		expect(found(typed)).toEqual([text]);
	});

	it('takes AND, OR, NOT and parentheses', () => {
		say('login works', 'login fails', 'logout fails', 'nothing');
		expect(found('login fails')).toEqual(['login fails']);
		expect(found('fails NOT login')).toEqual(['logout fails']);
		expect(found('works OR logout').sort()).toEqual(['login works', 'logout fails']);
		expect(found('(works OR fails) NOT logout').sort()).toEqual(['login fails', 'login works']);
		expect(found('"login fails" OR "login works"').sort()).toEqual(['login fails', 'login works']);
	});

	it('puts whole words before words that only hold the query', () => {
		say('authentication of many', 'auth');
		expect(found('auth')).toEqual(['auth', 'authentication of many']);
	});

	it('puts the words of the user, and what is new, before the rest', () => {
		index.add({
			messages: [
				{ text: 'login one', role: 'tool', at: START },
				{ text: 'login two', role: 'assistant', at: START },
				{ text: 'login six', role: 'user', at: START },
				{ text: 'login ten', role: 'assistant', at: START + 100 * DAY },
			],
		});
		expect(found('login')).toEqual(['login six', 'login ten', 'login two', 'login one']);
	});

	it('puts the best of a word, of a phrase and of a prefix first where a thousand messages and more have it', () => {
		say('the only osprey of the gates');
		say(...Array.from({ length: 1_400 }, (_, at) => `one of ${at} gates, which another Lock follows`));
		index.add({
			messages: [{ text: 'gate gate lock', role: 'user', said_by: 'person' }, { text: 'nothing of it' }],
		});
		say(
			...Array.from(
				{ length: 60 },
				() => 'a gate, then, with words of which each makes it longer, and a lock',
			),
		);
		for (const typed of ['gate', 'ga*', 'gat*', 'gate AND lock', '"gate lock"', 'gate lo*']) {
			expect(found(typed)[0], typed).toBe('gate gate lock');
			expect(found(typed, {}, 2_000), typed).not.toContain('nothing of it');
		}
		expect(found('osprey')).toEqual(['the only osprey of the gates']);
		expect(found('osp*')).toEqual(['the only osprey of the gates']);
		expect(found('gate', {}, 2_000)).toHaveLength(1_000);
		expect(found('gate NOT lock')).toEqual(['the only osprey of the gates']);
	});

	it('keeps to its filters', () => {
		index.add({
			ref: 'codex:one',
			project: '/home/me/shop/api',
			tags: ['has:tests'],
			ended_at: START + DAY,
			messages: [
				{ text: 'login a', role: 'user', at: START },
				{ text: 'login b', tags: ['decision'], at: START + DAY },
			],
		});
		const other = index.add({
			project: '/home/me/shopping',
			ended_at: START + 2 * DAY,
			messages: [{ text: 'login c', at: START + 2 * DAY }],
		});
		const named = (filters: Filters) => found('login', filters).sort();
		expect(named({ agent: 'codex' })).toEqual(['login a', 'login b']);
		expect(named({ role: 'user' })).toEqual(['login a']);
		expect(named({ project: '/home/me/shop' })).toEqual(['login a', 'login b']);
		expect(named({ project: '/home/me/shop/' })).toEqual(['login a', 'login b']);
		expect(named({ project: 'SHOPP' })).toEqual(['login c']);
		expect(named({ since: START + DAY })).toEqual(['login b', 'login c']);
		expect(named({ until: START + DAY })).toEqual(['login a']);
		expect(named({ conversations: [other.id] })).toEqual(['login c']);
		expect(named({ conversations: [] })).toEqual([]);
		expect(named({ tags: ['has:tests'] })).toEqual(['login a', 'login b']);
		expect(named({ tags: ['has:tests', 'decision'] })).toEqual(['login b']);
		expect(named({ tags: ['decision', 'none'] })).toEqual([]);
	});

	it("counts the user's tags like automatic ones, of a message and of its conversation", () => {
		const { messages } = index.add({
			ref: 'claude:one',
			messages: [{ text: 'login a' }, { text: 'login b' }],
		});
		index.add({ messages: [{ text: 'login c', tags: ['plan'] }] });
		const change = (message: number | null, add: string[]) =>
			changeUserTags(index.db, { ref: 'claude:one', message }, { add, remove: [], most: 200, now: START });
		change(messages[1] ?? null, ['plan']);
		expect(found('login', { tags: ['plan'] }).sort()).toEqual(['login b', 'login c']);
		change(null, ['auth']);
		expect(found('login', { tags: ['auth'] }).sort()).toEqual(['login a', 'login b']);
		expect(found('login', { tags: ['auth', 'plan'] })).toEqual(['login b']);
	});

	it('lists the newest that pass the filters where there is no query', () => {
		index.add({
			messages: [
				{ text: 'a', at: START },
				{ text: 'b', at: START + 1, tags: ['plan'] },
			],
		});
		index.add({ messages: [{ text: 'c', at: START - 1, tags: ['plan'] }] });
		expect(found('', { tags: ['plan'] })).toEqual(['b', 'c']);
	});

	it('says whether there are more', () => {
		say('login a', 'login b', 'login c');
		const search = (limit: number) =>
			searchMessages(index.db, { query: readQuery('login').query, filters: {}, limit, now: START });
		expect(search(2)).toMatchObject({ hasMore: true, messages: [{}, {}] });
		expect(search(3)).toMatchObject({ hasMore: false, messages: [{}, {}, {}] });
	});

	it('takes whatever is typed', () => {
		say('login fails', '日本語 🎉 C++ "quoted" text');
		const piece = fc.constantFrom(
			'AND',
			'OR',
			'NOT',
			'(',
			')',
			'"',
			'*',
			' ',
			'login',
			'C++',
			'日本',
			'🎉',
			'\u0000',
			'^',
			':',
			'-',
			"'",
			'{',
			'NEAR(',
		);
		const typed = fc
			.array(fc.oneof(piece, fc.string({ unit: 'grapheme' })), { maxLength: 40 })
			.map((all) => all.join(''));
		fc.assert(
			fc.property(typed, (text) => {
				const { query } = readQuery(text);
				found(text);
				if (query !== null) suggestQuery(index.db, text, query);
			}),
			{ seed: 42 },
		);
		for (const odd of ['('.repeat(100_000), 'word '.repeat(20_000), 'x'.repeat(100_000), '"a'.repeat(50_000)])
			found(odd);
	});
});

describe('suggestQuery', () => {
	const suggest = (typed: string) => {
		const { query } = readQuery(typed);
		return query === null ? null : suggestQuery(index.db, typed, query);
	};

	it.each([
		['a letter too few', 'migraton', 'migration'],
		['neighbours that changed places', 'lgoin', 'login'],
		['a wrong letter', 'sessoon', 'session'],
		['one word of several', 'login AND (sesion OR x1)', 'login AND (session OR x1)'],
	])('mends %s', (_, typed, suggestion) => {
		say('the login session and its migration x1');
		expect(suggest(typed)).toBe(suggestion);
	});

	it('says nothing of words that it knows, and of those that are like no other', () => {
		say('the login session');
		expect(suggest('login')).toBeNull();
		expect(suggest('zzzzzzzz')).toBeNull();
		expect(suggest('🎉')).toBeNull();
	});

	it('takes the more frequent of two that are equally near', () => {
		say('booking here', 'looking there', 'looking again');
		expect(suggest('cooking')).toBe('looking');
	});
});

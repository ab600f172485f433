import { describe, expect, it } from 'vitest';
import { compileMatch, type Expand } from '../../../../src/history/query/compile-match.ts';
import { readQuery } from '../../../../src/history/query/read-query.ts';

function compile(typed: string, expand?: Expand): string | null {
	const { query } = readQuery(typed);
	return query === null ? null : compileMatch(query, expand);
}

describe('compileMatch', () => {
	it.each([
		['login', '"login"'],
		['login rate', '("login" AND "rate")'],
		['login (a OR b)', '("login" AND ("a" OR "b"))'],
		['login NOT (a OR b)', '("login" NOT ("a" OR "b"))'],
		['a b NOT c NOT d', '(("a" AND "b") NOT ("c" OR "d"))'],
		['"two words"', '"two words"'],
		['log*', '"log"*'],
		['"two wo"*', '"two wo"*'],
		['rate-limit', '"rate limit"'],
		['src/auth/session.ts', '"src auth session ts"'],
		['C++', '"C"'],
		["it's", '"it s"'],
		['say:"hi"', '"say hi"'],
		['fooBar', '("fooBar" OR "foo Bar")'],
		['検索機', '"検索 索機"'],
		['検', '"検"*'],
		['日本語test', '("日本 本語" AND "test")'],
	])('compiles %s', (typed, match) => {
		expect(compile(typed)).toBe(match);
	});

	it.each(['++', '🎉', '-- ::', '\u0301', '( "!" )'])('has nothing to search in %j', (typed) => {
		expect(compile(typed)).toBeNull();
	});

	it('leaves out what is no word among words', () => {
		expect(compile('login ++ && rate')).toBe('("login" AND "rate")');
		expect(compile('login OR ++')).toBe('"login"');
		expect(compile('login NOT ++')).toBe('"login"');
		expect(compile('++ NOT login')).toBeNull();
	});

	it('adds what a single word stands for, but not to phrases and not to what is unwanted', () => {
		const expand: Expand = (word, isPrefix) => [`${word}${isPrefix ? 'ging' : 'x'}`];
		expect(compile('Log* "a b" rate NOT limit c-d', expand)).toBe(
			'((("Log"* OR "logging") AND "a b" AND ("rate" OR "ratex") AND "c d") NOT "limit")',
		);
	});
});

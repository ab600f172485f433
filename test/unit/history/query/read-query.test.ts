import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Query, readQuery } from '../../../../src/history/query/read-query.ts';

describe('readQuery', () => {
	it.each([
		['one word', 'login', 'login'],
		['words, all of which are wanted', 'login rate', '(login & rate)'],
		['AND between words', 'login AND rate', '(login & rate)'],
		['OR', 'login OR rate OR limit', '(login | rate | limit)'],
		['OR, which binds less than words side by side', 'a b OR c d', '((a & b) | (c & d))'],
		['parentheses', 'a (b OR c)', '(a & (b | c))'],
		['NOT', 'login NOT rate', '(login - rate)'],
		['NOT of a group', 'login NOT (rate OR limit)', '(login - (rate | limit))'],
		['AND NOT', 'login AND NOT rate', '(login - rate)'],
		['NOT first', 'NOT rate login', '(login - rate)'],
		['NOT twice', 'a NOT NOT b', '(a & b)'],
		['a group of what is not wanted', 'a (NOT b NOT c)', '(a - (b | c))'],
		['a phrase', 'say "two words"', '(say & "two words")'],
		['an operator in a phrase', '"this AND that"', '"this AND that"'],
		['a prefix', 'log*', 'log*'],
		['the prefix of a phrase', '"log fi"*', '"log fi"*'],
		['a call, which is one word', 'foo(bar, 1)', '(foo(bar, & 1))'],
		['a call in a group', '(foo(bar) OR b)', '(foo(bar) | b)'],
	])('reads %s', (_, typed, expected) => {
		expect(show(readQuery(typed).query)).toBe(expected);
	});

	it.each([
		['a hyphen', 'rate-limit', 'rate-limit'],
		['signs', 'C++', 'C++'],
		['an apostrophe', "it's", "it's"],
		['a path', 'src/auth/session.ts:12', 'src/auth/session.ts:12'],
		['a column of another engine', 'title:login ^top NEAR(a b)', '(title:login & ^top & NEAR(a & b))'],
		['a quote that is not closed', '"unclosed one', '"unclosed one"'],
		['a parenthesis that is not closed', '(a OR b', '(a | b)'],
		['a parenthesis too many', 'a) b', '(a) & b)'],
		['an operator alone', 'NOT', 'NOT'],
		['an operator with nothing behind it', 'a OR', '(a & OR)'],
		['an operator with nothing before it', 'AND a', '(AND & a)'],
		['NOT with nothing to take away from', 'NOT a', '(NOT & a)'],
		['NOT on one side of OR', 'a OR NOT b', '(a | (NOT & b))'],
		['operators in a row', 'a OR OR b', '(a | (OR & b))'],
		['small letters', 'a or b not c', '(a & or & b & not & c)'],
		['a star alone', '*', '*'],
		['control characters', 'a\u0000b\u001b[31m', '(a & b & [31m)'],
		['letters of another script', '日本語 🎉', '(日本語 & 🎉)'],
	])('takes %s as text', (_, typed, expected) => {
		expect(show(readQuery(typed).query)).toBe(expected);
	});

	it.each(['', '  ', '((', '()', '""', '( "" )', '\u0000'])('finds nothing to search in %j', (typed) => {
		expect(readQuery(typed)).toEqual({ query: null, isCut: false });
	});

	it('says that it left out the end of what is too long', () => {
		expect(readQuery('word '.repeat(64))).toMatchObject({ isCut: false });
		expect(readQuery('word '.repeat(65))).toMatchObject({ isCut: true });
		expect(readQuery('x'.repeat(100_000))).toMatchObject({ isCut: true });
		expect(readQuery('('.repeat(100_000))).toMatchObject({ query: { kind: 'text' }, isCut: true });
	});

	it('takes anything, in bounds, and leaves no part empty', () => {
		fc.assert(
			fc.property(typedText, (typed) => {
				const { query } = readQuery(typed);
				if (query === null) return;
				const { terms, depth } = measure(query);
				expect(terms).toBeLessThan(140);
				expect(depth).toBeLessThan(140);
			}),
		);
	});

	it('keeps each word that is no operator', () => {
		fc.assert(
			fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 60 }), (words) => {
				expect(wordsOf(readQuery(words.join(' ')).query)).toEqual(words);
			}),
		);
	});
});

const typedText = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				'AND',
				'OR',
				'NOT',
				'(',
				')',
				'"',
				'*',
				' ',
				'foo',
				'C++',
				'日本',
				'🎉',
				'\u0000',
				"it's",
			),
			fc.string(),
		),
		{ maxLength: 200 },
	)
	.map((parts) => parts.join(''));

function show(query: Query | null): string {
	if (query === null) return '';
	if (query.kind === 'text')
		return `${query.isPhrase ? `"${query.text}"` : query.text}${query.isPrefix ? '*' : ''}`;
	if (query.kind === 'any') return `(${query.of.map(show).join(' | ')})`;
	const wanted = query.of.map(show).join(' & ');
	return `(${[wanted, ...query.without.map(show)].join(' - ')})`;
}

function measure(query: Query): { terms: number; depth: number } {
	if (query.kind === 'text') {
		expect(query.text).toMatch(/\S/);
		return { terms: 1, depth: 1 };
	}
	const parts = query.kind === 'any' ? query.of : [...query.of, ...query.without];
	expect(parts.length).toBeGreaterThan(1);
	expect(query.of.length).toBeGreaterThan(0);
	const inner = parts.map(measure);
	return {
		terms: inner.reduce((sum, one) => sum + one.terms, 0),
		depth: 1 + Math.max(...inner.map((one) => one.depth)),
	};
}

function wordsOf(query: Query | null): string[] {
	if (query === null) return [];
	if (query.kind === 'text') return [query.text];
	return query.of.flatMap(wordsOf);
}

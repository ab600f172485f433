import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../../../src/history/query/found-excerpt.ts';
import { readQuery } from '../../../../src/history/query/read-query.ts';

/** Hits in brackets. */
const shown = (message: string, typed: string, chars = 60) =>
	excerptOf(message, readQuery(typed).query, chars)
		.map(({ text, isHit }) => (isHit ? `[${text}]` : text))
		.join('');

const FILLER = 'nothing here to be seen at all and more of the same '.repeat(20);

describe('excerptOf', () => {
	it.each([
		['a word', 'The login fails', 'login', 'The [login] fails'],
		[
			'a word in another form',
			'two Sessions were migrated',
			'session migrate',
			'two [Sessions] were [migrated]',
		],
		['a word without its accents', 'das Büro', 'buro', 'das [Büro]'],
		['the beginning of a word', 'authentication', 'auth*', '[authentication]'],
		['parts of code', 'in src/auth/session.ts', 'src/auth/session.ts', 'in [src]/[auth]/[session].[ts]'],
		['a part of a name', 'call fooBarBaz now', 'BarBaz', 'call foo[BarBaz] now'],
		['signs between words', 'the rate-limit', 'rate-limit', 'the [rate]-[limit]'],
		['letters without blanks', '今日は日本語です', '日本', '今日は[日本]語です'],
		['nothing of NOT', 'login and rate', 'login NOT rate', '[login] and rate'],
		['nothing where nothing was asked', 'login', '((', 'login'],
	])('marks %s', (_, message, typed, expected) => {
		expect(shown(message, typed)).toBe(expected);
	});

	it('shows the place where most of the words are', () => {
		const message = `login first. ${FILLER} then login and limit together. ${FILLER}`;
		expect(shown(message, 'login limit')).toMatch(/^….*\[login\] and \[limit\].*…$/);
	});

	it('begins at the beginning where no word is found', () => {
		expect(shown(FILLER, 'absent')).toMatch(/^nothing here .*…$/);
	});

	it('is one line in which nothing is obeyed', () => {
		const message = 'a\n\tb \u001b[31mlogin\u001b]0;title\u0007 \u202e end\u009b2J';
		expect(shown(message, 'login')).toBe('a b [login] <U+202E> end');
	});

	it('keeps a long word without blanks within bounds', () => {
		expect(shown('x'.repeat(100_000), 'x').length).toBeLessThan(80);
		expect(shown('日'.repeat(100_000), '日').length).toBeLessThan(80);
	});

	it('is in bounds, whatever the message and the query are', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string(), (message, typed) => {
				const line = shown(message, typed, 40);
				expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
				expect(line).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
			}),
		);
	});
});

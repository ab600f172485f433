import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addWords, partsOf } from '../../../../src/history/index/indexed-words.ts';

describe('partsOf', () => {
	it('adds nothing for plain text', () => {
		expect(partsOf('The rate-limit of src/auth/session.ts is low.')).toBe('');
	});

	it('takes code words apart', () => {
		expect(partsOf('call fooBar and parseHTTPResponse2')).toBe('foo Bar parse HTTP Response 2');
	});

	it('pairs the characters of scripts without spaces', () => {
		expect(partsOf('the 検索機 works')).toBe('検索 索機');
		expect(partsOf('猫')).toBe('猫');
	});

	it('takes apart exactly the words that have a seam', () => {
		const seamed = /[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]\d|\d[A-Za-z]/;
		const slow = (text: string) =>
			[...text.matchAll(/[A-Za-z0-9]+/g)]
				.filter(([word]) => word.length <= 64 && seamed.test(word))
				.flatMap(([word]) => word.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [])
				.join(' ');
		const texts = fc.string({ unit: fc.constantFrom(...'aabBC12 _.é'), maxLength: 90 });
		fc.assert(
			fc.property(texts, (text) => {
				expect(partsOf(text)).toBe(slow(text));
			}),
			{ numRuns: 2_000 },
		);
	});

	it('takes no encoded data apart', () => {
		expect(partsOf('aB3'.repeat(40))).toBe('');
	});
});

describe('addWords', () => {
	it('adds each word of some length once, lower case', () => {
		const words = new Set<string>();
		addWords('An Answer, an answer: fooBar Ümlaut ok', words);
		expect([...words]).toEqual(['answer', 'foobar', 'ümlaut']);
	});
});

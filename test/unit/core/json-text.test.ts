import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../../src/core/json-text.ts';

describe('JSON for --json', () => {
	it.each([
		['an eight-bit control sequence', '\u009b31m', '"\\u009b31m"\n'],
		['DEL', '\u007f', '"\\u007f"\n'],
		['a bidi override', 'a\u202eb', '"a\\u202eb"\n'],
		['an isolate', '\u2066a\u2069', '"\\u2066a\\u2069"\n'],
		['a line separator', 'a\u2028b\u2029c', '"a\\u2028b\\u2029c"\n'],
		['a zero-width space', 'a\u200bb', '"a\\u200bb"\n'],
		['a tag character beyond the first plane', '\u{e0041}', '"\\udb40\\udc41"\n'],
		['an escape', '\u001b[31m', '"\\u001b[31m"\n'],
		['plain words, umlauts and emoji', 'Grüße 日本 🙂', '"Grüße 日本 🙂"\n'],
	])('escapes what cannot be seen: %s', (_, text, written) => {
		expect(jsonText(text)).toBe(written);
	});

	it('reads back as it was, whatever it holds', () => {
		fc.assert(
			fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (value, indent) => {
				const text = jsonText(value, indent);
				expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
				expect(text).not.toMatch(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
			}),
		);
	});
});

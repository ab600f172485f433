import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemeRuns, graphemesOf } from '../../../src/ui/graphemes.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const bySegmenter = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** Indic conjuncts are left out: whether they are one grapheme depends on the version of Unicode. */
const character = fc.constantFrom(
	...[
		'a',
		' ',
		'1',
		'…',
		'é',
		'e\u0301',
		'\u0301',
		'\u0308',
		'漢',
		'か',
		'\u3099',
		'ﾊ',
		'\uff9e',
		'한',
		'한',
		'\u1100',
		'\u11a8',
	],
	...[
		'👍',
		'👍🏽',
		'\u{1f3fd}',
		'👩',
		'👩‍💻',
		'\u200d',
		'❤️',
		'❤',
		'\ufe0f',
		'1️⃣',
		'\u20e3',
		'🇩',
		'🇪',
		'🏴',
		'\u{e0067}',
		'\u{e007f}',
	],
	...['ب', 'ن\u200cه', 'ก', 'ำ', 'न', 'ि', '𠮷', '✅', '\t', '\ud83d'],
);
const anyText = fc.array(character, { maxLength: 30 }).map((parts) => parts.join(''));

describe('graphemes', () => {
	it('are those of Unicode', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				expect(graphemesOf(text)).toEqual(bySegmenter(text));
			}),
			{ numRuns: 2000 },
		);
	});

	it('cover the whole text, in order', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				let at = 0;
				for (const run of graphemeRuns(text)) {
					expect(run.from).toBe(at);
					expect(run.units * run.count).toBeGreaterThan(0);
					at += run.units * run.count;
				}
				expect(at).toBe(text.length);
			}),
		);
	});

	it('stay small in an endless one', () => {
		const longest = (text: string) => Math.max(...graphemesOf(text).map((grapheme) => grapheme.length));
		expect(longest(`e${'\u0301'.repeat(10_000)}`)).toBeLessThan(200);
		expect(longest('👩\u200d'.repeat(10_000))).toBeLessThan(5_000);
	});
});

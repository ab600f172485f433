import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { columnsOf, cutToColumns, expandTabs, wrapToColumns } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { growthOf, LINEAR } from '../../helpers/growth.ts';

const theme = createTheme(true);
const piece = fc.constantFrom(
	'a',
	'word',
	' ',
	'  ',
	'漢字',
	'👩‍💻',
	'é',
	theme.bold('bold text'),
	theme.dim('x y'),
);
const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));

describe('text in columns', () => {
	it('breaks between words, and within a word only when it must', () => {
		expect(wrapToColumns('one two three', 7)).toEqual(['one two', 'three']);
		expect(wrapToColumns('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
		expect(wrapToColumns('- one two three', 9, { indent: 2 })).toEqual(['- one two', '  three']);
	});

	it('breaks code at any character', () => {
		expect(wrapToColumns('ab cd ef', 4, { byWord: false })).toEqual(['ab c', 'd ef']);
	});

	it('closes a style at the end of a row and opens it in the next', () => {
		expect(wrapToColumns(theme.bold('one two'), 3)).toEqual(['\x1b[1mone\x1b[0m', '\x1b[1mtwo\x1b[22m']);
	});

	it('never makes a row too wide, and loses nothing but blanks', () => {
		const bare = (line: string) => line.replace(/\x1b\[[\d;]*m/g, '').replaceAll(' ', '');
		fc.assert(
			fc.property(text, fc.integer({ min: 4, max: 30 }), fc.nat({ max: 4 }), (line, columns, indent) => {
				const rows = wrapToColumns(line, columns, { indent });
				for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(columns);
				expect(bare(rows.join(''))).toBe(bare(line));
			}),
		);
	});

	it('agrees with string-width on everything but emoji', () => {
		const letter = fc
			.integer({ min: 0x20, max: 0x323af })
			.filter((code) => code < 0xd800 || code > 0xf8ff)
			.map((code) => String.fromCodePoint(code))
			.filter(
				(character) =>
					/^[\p{L}\p{N}\p{P}\p{S}\p{Zs}]$/u.test(character) &&
					// Invisible fillers (U+3164): no safe text has them, and terminals draw them as wide blanks.
					!/[\p{Extended_Pictographic}\p{Emoji}\p{Default_Ignorable_Code_Point}]/u.test(character),
			);
		fc.assert(
			fc.property(letter, (character) => {
				expect([character, columnsOf(character)]).toEqual([character, stringWidth(character)]);
			}),
			{ numRuns: 3000 },
		);
	});

	it.each([
		['e\u0301', 1],
		['👍🏽', 2],
		['👨‍👩‍👧', 2],
		['🇩🇪', 2],
		['⚠️', 2],
		['⚠', 1],
		['☑ ▸ ↗', 5],
		['1️⃣', 2],
		['\u200b\u0301', 0],
		['\x1b[1mab\x1b[22m漢', 4],
	])('counts %j as %i columns', (shown, columns) => expect(columnsOf(shown)).toBe(columns));

	it('breaks plain text as it breaks styled text', () => {
		const plain = fc
			.array(fc.constantFrom('a', 'word', ' ', '  ', 'longer-word'), { maxLength: 20 })
			.map((parts) => parts.join(''));
		fc.assert(
			fc.property(
				plain,
				fc.integer({ min: 4, max: 20 }),
				fc.nat({ max: 3 }),
				fc.boolean(),
				(line, columns, indent, byWord) => {
					const styled = wrapToColumns(`\x1b[39m${line}`, columns, { indent, byWord });
					expect(wrapToColumns(line, columns, { indent, byWord })).toEqual(
						styled.map((row) => row.replace('\x1b[39m', '')),
					);
				},
			),
			{ numRuns: 500 },
		);
	});

	it('breaks between words in any script, and never between a letter and its marks', () => {
		expect(wrapToColumns('日本 語の 文', 5)).toEqual(['日本', '語の', '文']);
		expect(wrapToColumns('nai\u0308ve cafe\u0301 noir', 10)).toEqual(['nai\u0308ve cafe\u0301', 'noir']);
		expect(wrapToColumns('ab \u0301cd', 3)).toEqual(['ab \u0301', 'cd']);
		expect(wrapToColumns('あ bcdefghij', 10, { indent: 4 })).toEqual(['あ', '    bcdefg', '    hij']);
		expect(wrapToColumns('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 3)).toEqual(['👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦']);
	});

	it.each([0, -3, Number.NaN])('ends for a width of %s, a character a row', (columns) => {
		expect(wrapToColumns('abc', columns)).toEqual(['a', 'b', 'c']);
		expect(wrapToColumns('日本', columns)).toEqual(['日', '本']);
		expect(cutToColumns('日本', columns)).toBe('');
	});

	it.each([
		['Japanese', '日本語のテキスト、これは長い。'],
		['no blank at all', 'x'],
		['mixed', 'hello 日本 wörld 👍🏽 '],
		['families', '👨‍👩‍👧‍👦'],
		['one endless emoji', '👩\u200d'],
		['one endless letter', '\u0301'],
		['Hindi', 'क्‍ष नमस्ते '],
		['flags', '🇩🇪'],
		['styled', theme.bold('日本 ')],
	])('takes as much longer as the text is longer: %s', (_, part) => {
		const work = (units: number) => {
			const whole = part.repeat(units / part.length);
			columnsOf(whole);
			wrapToColumns(whole, 80);
			wrapToColumns(whole, 80, { byWord: false });
			cutToColumns(whole, whole.length * 2);
		};
		expect(growthOf(work)).toBeLessThan(LINEAR);
	});

	it('cuts with an ellipsis, wide characters whole', () => {
		expect(cutToColumns('abcdef', 4)).toBe('abc…');
		expect(cutToColumns('漢字漢字', 4)).toBe('漢…');
		expect(cutToColumns('abc', 3)).toBe('abc');
	});

	it('puts tabs to their stops', () => {
		expect(expandTabs('a\tb\tc')).toBe('a   b   c');
	});
});

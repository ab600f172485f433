import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteFilter, createTextFilter, safeLine, safeText } from '../../../src/core/text.ts';
import { growthOf, LINEAR } from '../../helpers/growth.ts';

const FORBIDDEN =
	/[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/u;

/** Joiners are judged by their neighbours, so they are not among the forbidden ones. */
const LOOSE_JOINER =
	/(?:^|[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|\p{Extended_Pictographic}\u200d(?!\p{Extended_Pictographic})/u;

const hostile = fc.oneof(
	fc.constantFrom(
		'\x1b[31m',
		'\x1b[2J',
		'\x1b]52;c;aGk=\x07',
		'\x1b]0;title\x1b\\',
		'\x1bP1$r\x1b\\',
		'\x1b',
		'\x9b1m',
		'\x9d',
		'\x9c',
		'\x1b[',
		'\x1b]',
		'\r',
		'\r\n',
		'\x07',
		'\b',
		'\u202e',
		'\u200d',
		'\u200c',
		'می\u200cخواهم',
		'API\u200cها',
		'क्\u200d',
		'م',
		'👩',
		'👩‍💻',
		'⚠️',
		'\ud83d',
		'\udc4d',
		'\ufeff',
		'\u{e0041}',
		'é漢字',
		'plain text\n',
	),
	fc.string({ unit: 'binary', maxLength: 12 }),
	fc.string({ maxLength: 12 }),
);
const hostileText = fc.array(hostile, { maxLength: 12 }).map((parts) => parts.join(''));

function cut(text: string, points: readonly number[]): string[] {
	const sorted = [...new Set(points.map((point) => point % (text.length + 1)))].sort((a, b) => a - b);
	return [0, ...sorted].map((from, i) => text.slice(from, sorted[i] ?? text.length));
}

function filtered(parts: readonly string[]): string {
	const filter = createTextFilter();
	return parts.map((part) => filter.push(part)).join('') + filter.end();
}

describe('safe text', () => {
	it('passes printable text, newlines and tabs as they are', () => {
		const text = 'Grüße, 漢字 ✅ 👍🏽\n\tindented ~ code';
		expect(safeText(text)).toBe(text);
	});

	it.each([
		['a colour', '\x1b[1;31mred\x1b[0m', 'red'],
		['a screen wipe', 'a\x1b[2J\x1b[Hb', 'ab'],
		['a clipboard write', 'a\x1b]52;c;ZXZpbA==\x07b', 'ab'],
		['a clipboard write that ends with ST', 'a\x1b]52;c;ZXZpbA==\x1b\\b', 'ab'],
		['a title in C1 form', 'a\x9d0;evil\x9cb', 'ab'],
		['a link', '\x1b]8;;http://x\x1b\\here\x1b]8;;\x1b\\', 'here'],
		['a device control string', 'a\x1bP$qm\x1b\\b', 'ab'],
		['a charset switch and a reset', 'a\x1b(0\x1bcb', 'ab'],
	])('swallows %s whole', (_, text, shown) => {
		expect(safeText(text)).toBe(shown);
	});

	it.each([
		['a bell', 'a\x07b', 'a\\x07b'],
		['a backspace', 'rm\b\bls', 'rm\\x08\\x08ls'],
		['a carriage return that would overwrite', 'good\revil', 'good\\revil'],
		['an unfinished sequence', 'a\x1b[31', 'a\\x1b[31'],
		['an unfinished title, with what follows', 'a\x1b]0;all\nof it', 'a\\x1b]0;all\nof it'],
		['a right-to-left override', 'user\u202etxt.exe', 'user<U+202E>txt.exe'],
		['a zero-width space', 'a\u200bb', 'a<U+200B>b'],
		['a byte order mark', '\ufeffa', '<U+FEFF>a'],
		['a tag character', 'a\u{e0041}', 'a<U+E0041>'],
		['a lone surrogate', 'a\ud83db', 'a\ufffdb'],
		['a delete', 'a\x7f', 'a\\x7f'],
	])('shows %s', (_, text, shown) => {
		expect(safeText(text)).toBe(shown);
	});

	it('turns CRLF into a newline, also when the pair is cut', () => {
		expect(filtered(['a\r', '\nb'])).toBe('a\nb');
	});

	it.each([
		['a variant of an emoji', '⚠️ '],
		['a profession', '👩‍💻'],
		['a family with skin tones', '👨🏽‍👩🏽‍👧🏽'],
		['a heart on fire', '❤️‍🔥'],
		['a Persian verb', 'می\u200cخواهم'],
		['a Persian plural of a Latin word', 'API\u200cها'],
		['a Persian word after a number', '۵\u200cساله'],
		['an Arabic letter in its joined form', 'ه\u200d.'],
		['a Hindi half form, at the end of a word too', 'क्\u200dष क्\u200d'],
		['a Sinhala conjunct', 'ශ්\u200dරී'],
		['a Bengali one', 'র\u200d্যাব'],
	])('keeps the joiners of %s', (_, text) => expect(safeText(text)).toBe(text));

	it.each([
		['between Latin letters', 'pay\u200cpal', 'pay<U+200C>pal'],
		['at the start', '\u200dabc', '<U+200D>abc'],
		['before a blank', 'a\u200d b', 'a<U+200D> b'],
		['after another', 'م\u200c\u200c\u200d', 'م\u200c<U+200C><U+200D>'],
		['behind an emoji', '👩\u200d', '👩'],
		['behind a sequence that is swallowed', 'a\x1b[31m\u200dक', 'a\u200dक'],
		['at the start, behind such a sequence', '\x1b[31m\u200dक', '<U+200D>क'],
		['behind an emoji, before a word', '👩\u200dabc', '👩abc'],
		['between emoji where it does not join', '👩\u200c👩', '👩<U+200C>👩'],
	])('does not pass a joiner %s', (_, text, shown) => expect(safeText(text)).toBe(shown));

	it('cannot be made to hide an answer behind an endless title', () => {
		const answer = 'important '.repeat(500);
		expect(safeText(`\x1b]0;${answer}\x07`)).toContain(answer);
	});

	it('stays linear on a flood of sequence starts', () => {
		const flood = (starts: number) => safeText('\x9d\x1b]\x1b[1;'.repeat(starts));
		expect(flood(100_000)).not.toContain('\x1b');
		expect(growthOf(flood)).toBeLessThan(LINEAR);
	});

	it('never lets a forbidden character through, nor a joiner that joins nothing', () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				expect(FORBIDDEN.test(safeText(text))).toBe(false);
				expect(LOOSE_JOINER.test(safeText(text))).toBe(false);
			}),
		);
	});

	it('gives the same output however the text is cut', () => {
		fc.assert(
			fc.property(hostileText, fc.array(fc.nat(), { maxLength: 8 }), (text, points) => {
				expect(filtered(cut(text, points))).toBe(filtered([text]));
			}),
			{ numRuns: 500 },
		);
	});

	it('gives the same output when every character comes alone', () => {
		fc.assert(
			fc.property(hostileText, (text) => {
				expect(filtered(text.split(''))).toBe(filtered([text]));
			}),
		);
	});
});

describe('safe bytes', () => {
	const decoded = (parts: readonly Uint8Array[]) => {
		const filter = createByteFilter();
		return parts.map((part) => filter.push(part)).join('') + filter.end();
	};

	it('joins a character that two chunks share', () => {
		const bytes = Buffer.from('é漢👍');
		expect(decoded([...bytes].map((byte) => Uint8Array.of(byte)))).toBe('é漢👍');
	});

	it('shows invalid bytes as U+FFFD and continues', () => {
		expect(decoded([Buffer.from([0x61, 0xff, 0xc3, 0x28, 0x62])])).toBe('a\ufffd\ufffd(b');
	});

	it('ends a cut character as U+FFFD', () => {
		expect(decoded([Buffer.from([0x61, 0xe6, 0xbc])])).toBe('a\ufffd');
	});

	it('gives the same output however the bytes are cut, and nothing forbidden', () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.oneof(
						fc.uint8Array({ maxLength: 8 }),
						hostile.map((text) => Buffer.from(text)),
					),
				),
				fc.array(fc.nat(), { maxLength: 8 }),
				(parts, points) => {
					const bytes = Buffer.concat(parts);
					const sorted = [...new Set(points.map((point) => point % (bytes.length + 1)))].sort(
						(a, b) => a - b,
					);
					const cuts = [0, ...sorted].map((from, i) => bytes.subarray(from, sorted[i] ?? bytes.length));
					const whole = decoded([bytes]);
					expect(decoded(cuts)).toBe(whole);
					expect(FORBIDDEN.test(whole)).toBe(false);
				},
			),
			{ numRuns: 500 },
		);
	});
});

describe('a safe line', () => {
	it('is one line, trimmed and cut with an ellipsis', () => {
		expect(safeLine('  a\n\tb  c ', 20)).toBe('a b c');
		expect(safeLine('abcdef', 4)).toBe('abc…');
		expect(safeLine('漢字漢字', 3)).toBe('漢字…');
		expect(safeLine('👩‍👩‍👧‍👦', 5)).toBe('👩‍👩…');
	});

	it('never has more characters than asked, and no newline', () => {
		fc.assert(
			fc.property(hostileText, fc.integer({ min: 0, max: 30 }), (text, maxChars) => {
				const line = safeLine(text, maxChars);
				expect([...line].length).toBeLessThanOrEqual(maxChars);
				expect(line).not.toContain('\n');
				expect(FORBIDDEN.test(line)).toBe(false);
			}),
		);
	});
});

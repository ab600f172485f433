import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TypedWords } from '../../../src/ui/typed-words.ts';

const typed = (...chunks: string[]) => {
	const words = new TypedWords();
	for (const chunk of chunks) words.feed(Buffer.from(chunk));
	return words;
};

describe('what was typed', () => {
	it('is known once it is sent, as it is and whole', () => {
		const words = typed('Build the löck\r', 'and then');
		expect(words.has('Build the löck')).toBe(true);
		for (const other of ['Build', 'the löck', 'Build the löck and then', 'and then', ''])
			expect(words.has(other), other).toBe(false);
	});

	it('is known as it was left by Backspace, and not by what nobody can follow', () => {
		expect(typed('Bid\x7f\x7fuild it\r').has('Build it')).toBe(true);
		expect(typed('uild it\x1b[HB\r').has('Build it')).toBe(false);
		expect(typed('Bu\tild it\r').has('Build it')).toBe(true);
		expect(typed('\x1b[A\r').has('Build it')).toBe(false);
		expect(typed('\x1b]Build', ' it\r', 'and on\r').has('and on')).toBe(true);
	});

	it('is known of a paste with its lines, and beside it', () => {
		const words = typed('See: \x1b[200~one\r\ntwo\rthree\x1b[201~ now\r', 'more\x1b\rof it\r');
		expect(words.has('See: one\ntwo\nthree now')).toBe(true);
		expect(words.has('more\nof it')).toBe(true);
	});

	it('has no keys and no answers of the terminal in it', () => {
		const noise = '\x1b[<0;3;4M\x1b[I\x1b]11;rgb:00/00/00\x1b\\\x1b[?62;4c\x1bOP\x1b[97;5u';
		expect(typed(`ab${noise}cd\r`).has('abcd')).toBe(true);
		expect(typed('ab\x1b[13;2ucd\x1b[13u').has('ab\ncd')).toBe(true);
		expect(typed('ab\x1b[13;1:3ucd\x1b[127u\r').has('abc')).toBe(true);
	});

	it('is the same wherever it is cut, but behind an Esc', () => {
		const bytes = Buffer.from('See \x1b[200~é\rü\x1b[201~\x1b[<0;3;4M \x1b]0;x\x07now\r');
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
				const words = new TypedWords();
				const at = [0, ...cuts.filter((cut) => bytes[cut - 1] !== 0x1b).sort((a, b) => a - b), bytes.length];
				for (const [index, from] of at.slice(0, -1).entries())
					words.feed(bytes.subarray(from, at[index + 1]));
				expect(words.has('See é\nü now')).toBe(true);
			}),
		);
	});
});

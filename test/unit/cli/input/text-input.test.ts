import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../../src/cli/input/text-input.ts';

const read = (bytes: Buffer | string, encoding?: string, isStrict = true) =>
	decodeText(Buffer.from(bytes), { name: 'FILE', encoding, isStrict });
const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('the words of a task', () => {
	it('are taken as they are', () => {
		const words = 'naïve – 日本語 👩‍👩‍👧 \r\n\u200c\ttab';
		expect(read(words)).toBe(words);
		expect(read('')).toBe('');
	});

	it('are refused where they are not UTF-8, with the place and what to say', () => {
		expect(() => read(latin1('prends un café\n'))).toThrow(
			expect.objectContaining({
				code: 'usage',
				message: 'FILE is not UTF-8: the first invalid byte is number 14.',
				hint: expect.stringContaining('--encoding latin1'),
			}),
		);
		expect(() => read(Buffer.from('日本').subarray(0, 5))).toThrow('not UTF-8');
		expect(() => read(latin1('\xed\xa0\x80'))).toThrow('number 1');
	});

	it('are converted from the encoding that is named', () => {
		expect(read(latin1('café'), 'latin1')).toBe('café');
		expect(read(Buffer.from('café', 'utf16le'), 'utf-16le')).toBe('café');
		expect(read(Buffer.from([0x83, 0x65, 0x83, 0x58]), 'shift_jis')).toBe('テス');
		expect(() => read(latin1('café'), 'utf-8')).toThrow('FILE is not utf-8.');
	});

	it('are refused where they are binary, and an encoding that nobody knows too', () => {
		expect(() => read('a\0b')).toThrow('binary data');
		expect(() => read('x', 'klingon')).toThrow('no encoding "klingon"');
	});

	it('that are only material beside a task show what is not text as U+FFFD', () => {
		expect(read(latin1('café'), undefined, false)).toBe('caf\ufffd');
	});
});

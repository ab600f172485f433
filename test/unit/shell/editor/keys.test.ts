import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyDecoder, type Key } from '../../../../src/shell/editor/keys.ts';

function decode(...chunks: (string | Buffer)[]): Key[] {
	const decoder = createKeyDecoder();
	return [...chunks.flatMap((chunk) => decoder.push(Buffer.from(chunk as string))), ...decoder.flush()];
}

/** Runs of text as one piece, however they were cut. */
function joined(keys: readonly Key[]): Key[] {
	const result: Key[] = [];
	for (const key of keys) {
		const last = result.at(-1);
		if (key.kind === 'text' && last?.kind === 'text') last.text += key.text;
		else result.push({ ...key });
	}
	return result;
}

const named = (text: string) => {
	const [key] = decode(text);
	if (key?.kind !== 'press') return key?.kind;
	return `${key.ctrl ? 'ctrl+' : ''}${key.alt ? 'alt+' : ''}${key.shift ? 'shift+' : ''}${key.name === 'character' ? key.character : key.name}`;
};

describe('keys', () => {
	it.each([
		['\r', 'enter'],
		['\n', 'enter'],
		['\x1b\r', 'alt+enter'],
		['\x1b[13;2u', 'shift+enter'],
		['\x1b[27;2;13~', 'shift+enter'],
		['\t', 'tab'],
		['\x7f', 'backspace'],
		['\x1b\x7f', 'alt+backspace'],
		['\x03', 'ctrl+c'],
		['\x12', 'ctrl+r'],
		['\x1b[99;5u', 'ctrl+c'],
		['\x1f', 'ctrl+_'],
		['\x1b[A', 'up'],
		['\x1bOA', 'up'],
		['\x1b[1;5D', 'ctrl+left'],
		['\x1b\x1b[D', 'alt+left'],
		['\x1bb', 'alt+b'],
		['\x1b[H', 'home'],
		['\x1b[4~', 'end'],
		['\x1b[3~', 'delete'],
		['\x1b[Z', 'shift+tab'],
		['\x1b', 'escape'],
	])('decodes %j as %s', (bytes, name) => {
		expect(named(bytes)).toBe(name);
	});

	it('gives a paste as one piece with plain line breaks and no controls', () => {
		expect(decode('\x1b[200~one\r\ntwo\rthree\x1b[31m\x07\tx\x1b[201~')).toEqual([
			{ kind: 'paste', text: 'one\ntwo\nthree[31m\tx' },
		]);
	});

	it('takes nothing in a paste for a key, even when it looks like one', () => {
		expect(decode('\x1b[200~a\r\x03b\x1b[201~').filter((key) => key.kind === 'press')).toEqual([]);
	});

	it('waits for the rest of a sequence, and gives Escape when none comes', () => {
		const decoder = createKeyDecoder();
		expect(decoder.push(Buffer.from('\x1b'))).toEqual([]);
		expect(decoder.isWaiting).toBe(true);
		expect(decoder.flush()).toMatchObject([{ name: 'escape' }]);
	});

	it('ignores answers of the terminal and keys it does not know', () => {
		expect(decode('\x1b[?1;2c', '\x1b]11;rgb:0/0/0\x07', '\x1b[15~', '\x1b[[A', 'x')).toEqual([
			{ kind: 'text', text: 'x' },
		]);
	});

	it('ignores an answer of the terminal that comes in pieces right behind Escape', () => {
		const decoder = createKeyDecoder();
		const keys = ['\x1b', '\x1b', ']', '11;rgb:0/0/0', '\x07'].flatMap((piece) =>
			decoder.push(Buffer.from(piece)),
		);
		expect([...keys, ...decoder.flush()]).toEqual([]);
	});

	it('takes any number of Escapes, however they come', () => {
		expect(decode('\x1b\x1b\x1bw')).toEqual(decode('\x1b', '\x1b', '\x1b', 'w'));
		expect(decode('\x1b'.repeat(100_000))).toHaveLength(100_000 - 1);
	});

	it('gives the same keys however the bytes are cut', () => {
		const piece = fc.constantFrom(
			'ab',
			'é漢👍',
			'\x1b[A',
			'\x1b[1;5C',
			'\x1bOH',
			'\r',
			'\x03',
			'\x1b[200~p\r\nq\x1b[201~',
			'\x1b[3~',
		);
		fc.assert(
			fc.property(fc.array(piece), fc.array(fc.nat(), { maxLength: 6 }), (pieces, points) => {
				const bytes = Buffer.from(pieces.join(''));
				const sorted = [...new Set(points.map((point) => point % (bytes.length + 1)))].sort((a, b) => a - b);
				const cuts = [0, ...sorted].map((from, i) => bytes.subarray(from, sorted[i] ?? bytes.length));
				expect(joined(decode(...cuts))).toEqual(joined(decode(bytes)));
			}),
		);
	});
});

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
		['\n', 'ctrl+j'],
		['\r\n', 'enter'],
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
		['\x1b[27u', 'escape'],
		['\x1b\n', 'ctrl+alt+j'],
		['\x1b[13;2:1u', 'shift+enter'],
		['\x1b[13;2:2u', 'shift+enter'],
		['\x1b[13;2;13u', 'shift+enter'],
		['\x1b[13;130u', 'shift+enter'],
		['\x1b[57414;2u', 'shift+enter'],
		['\x1b[57414u', 'enter'],
		['\x1b[57419u', 'up'],
		['\x1bOM', 'enter'],
		['\x1b[1;1:1A', 'up'],
		['\x1b[3;1:2~', 'delete'],
		['\x1b[1089::99;5u', 'ctrl+c'],
		['\x1b[27;5;106~', 'ctrl+j'],
		['\x1b[99;133:1u', 'ctrl+c'],
	])('decodes %j as %s', (bytes, name) => {
		expect(named(bytes)).toBe(name);
	});

	it.each([
		['a letter by its code', '\x1b[97u', 'a'],
		['a shifted letter', '\x1b[97:65;2u', 'A'],
		['a shifted letter without its other code', '\x1b[97;2u', 'A'],
		['a letter under Caps Lock', '\x1b[97;65u', 'A'],
		['the text that a key is said to type', '\x1b[50;2;34u', '"'],
		['text of several code points', '\x1b[101;;101:769u', 'e\u0301'],
		['a digit of the keypad', '\x1b[57400u', '1'],
		['a sign of the keypad', '\x1b[57413;129u', '+'],
		['the keypad in its application mode', '\x1bOq\x1bOn\x1bOy', '1.9'],
	])('types %s', (_, bytes, text) => {
		expect(joined(decode(bytes))).toEqual([{ kind: 'text', text }]);
	});

	it.each([
		['a key that is let go', '\x1b[99;5:3u\x1b[127;1:3u\x1b[1;1:3A\x1b[3;1:3~\x1b[97;1:3u'],
		['a shortcut of the desktop', '\x1b[99;9u\x1b[118;9u'],
		['a modifier, a lock and a media key', '\x1b[57441;2u\x1b[57358u\x1b[57428u'],
		['a mouse that was left on', '\x1b[<0;10;10M\x1b[<0;10;10m\x1b[M !!'],
		['an answer about the protocol', '\x1b[?5u\x1b[>4;1m'],
		['codes out of range', '\x1b[1114112u\x1b[55296u\x1b[3u\x1b[u\x1b[99999999999999999999u'],
	])('takes nothing from %s', (_, bytes) => {
		expect(decode(bytes)).toEqual([]);
	});

	it('takes a line feed right after a return for a part of it, and later for a key', () => {
		const decoder = createKeyDecoder();
		expect(decoder.push(Buffer.from('\r')).length + decoder.push(Buffer.from('\n')).length).toBe(1);
		decoder.push(Buffer.from('\r'));
		decoder.pause();
		expect(decoder.push(Buffer.from('\n'))).toMatchObject([{ character: 'j', ctrl: true }]);
	});

	it('gives what came of a paste that never ends, and obeys keys again', () => {
		const decoder = createKeyDecoder();
		expect(decoder.push(Buffer.from('\x1b[200~half\ra'))).toEqual([]);
		expect(decoder.isPasting).toBe(true);
		decoder.push(Buffer.from('\x03'));
		expect(decoder.endPaste()).toEqual([{ kind: 'paste', text: 'half\na' }]);
		expect(decoder.isPasting).toBe(false);
		expect(decoder.push(Buffer.from('\x1b[201~\x03'))).toMatchObject([{ character: 'c' }]);
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
			'\r\n',
			'\n',
			'\x1b[97:65;2u',
			'\x1b[99;5:1u\x1b[99;5:3u',
			'\x1b[57400u',
			'\x1bOp',
			'\x1b[M !!',
			'\x1b[<0;10;10M',
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

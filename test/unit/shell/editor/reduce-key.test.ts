import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EditState, EMPTY_EDIT, withText } from '../../../../src/shell/editor/edit-state.ts';
import { createKeyDecoder } from '../../../../src/shell/editor/keys.ts';
import { type EditContext, type EditEffect, reduceKey } from '../../../../src/shell/editor/reduce-key.ts';

const NOTHING: EditContext = { history: [], queued: 0 };

function type(
	bytes: string,
	start: EditState = EMPTY_EDIT,
	context: EditContext = NOTHING,
): { state: EditState; effects: EditEffect[] } {
	const decoder = createKeyDecoder();
	const effects: EditEffect[] = [];
	let state = start;
	for (const key of [...decoder.push(Buffer.from(bytes)), ...decoder.flush()]) {
		const reduced = reduceKey(state, key, context);
		state = reduced.state;
		if (reduced.effect) effects.push(reduced.effect);
	}
	return { state, effects };
}

/** The text with the cursor as `|`. */
function shown({ state }: { state: EditState }): string {
	return `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`;
}

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const LEFT = '\x1b[D';

describe('editing', () => {
	it.each([
		['types', 'abc', 'abc|'],
		['moves left and inserts', `ac${LEFT}b`, 'ab|c'],
		['moves over a wide character as one', `a漢👨‍👩‍👧${LEFT}${LEFT}x`, 'ax|漢👨‍👩‍👧'],
		['deletes what is seen as one character', 'e\u0301\x7f', '|'],
		['goes home and to the end', 'bc\x01a\x05d', 'abcd|'],
		['moves by words', 'one two three\x1bb\x1bb', 'one |two three'],
		['kills to the end and yanks twice', 'hello\x01\x0b\x19\x19', 'hellohello|'],
		['joins kills in a row', 'one two\x17\x17\x19', 'one two|'],
		['kills a word forward', 'one two\x01\x1bd', '| two'],
		['kills to the line start only', 'one\x1b\rtwo\x15', 'one\n|'],
		['transposes', 'ab\x14', 'ba|'],
		['undoes typing as a whole', 'abc\x17\x1f', 'abc|'],
		['opens a new line with Alt+Enter', 'a\x1b\rb', 'a\nb|'],
		['moves up and down in a text of several lines', `abc\x1b\rdefgh\x1b\ri${UP}${UP}x`, 'ax|bc\ndefgh\ni'],
		['keeps the column aimed for over a short line', `abcd\x1b\r\x1b\refgh${UP}${UP}`, 'abcd|\n\nefgh'],
	])('%s', (_, bytes, expected) => {
		expect(shown(type(bytes))).toBe(expected);
	});

	it('submits on Enter and leaves an empty line', () => {
		const { state, effects } = type('fix it\r');
		expect(effects).toEqual([{ type: 'submit', prompt: 'fix it', typed: 'fix it' }]);
		expect(state.text).toBe('');
	});

	it('takes a paste of 200 lines as one prompt', () => {
		const lines = Array.from({ length: 200 }, (_, i) => `line ${i}`).join('\n');
		const { effects } = type(`\x1b[200~${lines}\x1b[201~\r`);
		expect(effects).toEqual([{ type: 'submit', prompt: lines, typed: lines }]);
	});

	it('continues after a backslash', () => {
		expect(type('one\\\rtwo\r').effects).toMatchObject([{ prompt: 'one\ntwo' }]);
	});

	it('keeps a block open until its quotes are closed', () => {
		expect(type('"""\rone\r\rtwo\r"""\r').effects).toMatchObject([{ prompt: 'one\n\ntwo' }]);
		expect(type('"""one\rtwo"""\r').effects).toMatchObject([{ prompt: 'one\ntwo' }]);
	});

	it.each([
		['\x03', 'interrupt'],
		['\x04', 'end_of_input'],
		['\x1a', 'suspend'],
		['\t', 'complete'],
		['\x18\x05', 'open_editor'],
		['\x0c', 'clear_screen'],
	])('turns %j into %s', (bytes, effect) => {
		expect(type(bytes).effects).toEqual([{ type: effect }]);
	});

	it('deletes with Ctrl+D when there is text, and never ends the shell then', () => {
		const result = type('ab\x01\x04');
		expect(shown(result)).toBe('|b');
		expect(result.effects).toEqual([]);
	});

	it('keeps the cursor within the text on a character border, whatever is typed', () => {
		const keys = fc.constantFrom(
			'a',
			'é',
			'漢',
			'👩‍💻',
			UP,
			DOWN,
			LEFT,
			'\x1b[C',
			'\x01',
			'\x05',
			'\x7f',
			'\x1b[3~',
			'\x17',
			'\x0b',
			'\x15',
			'\x19',
			'\x14',
			'\x1f',
			'\x1b\r',
			'\x1bb',
			'\x1bf',
			'\x1bd',
			'\x12',
			'\x10',
			'\x0e',
			' ',
		);
		fc.assert(
			fc.property(fc.array(keys, { maxLength: 40 }), (pressed) => {
				const { state } = type(pressed.join(''), EMPTY_EDIT, {
					history: ['old', 'two\nlines 漢'],
					queued: 0,
				});
				expect(state.cursor).toBeGreaterThanOrEqual(0);
				expect(state.cursor).toBeLessThanOrEqual(state.text.length);
				expect(state.text.charCodeAt(state.cursor) & 0xfc00).not.toBe(0xdc00);
			}),
		);
	});
});

describe('a long paste', () => {
	const LONG = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
	const paste = (text: string) => `\x1b[200~${text.replaceAll('\n', '\r')}\x1b[201~`;
	const CTRL_O = '\x0f';

	it('is one character that moves, is deleted, killed, yanked and undone as one, and is sent in full', () => {
		expect(type(`see ${paste(LONG)} now\r`).effects).toEqual([
			{ type: 'submit', prompt: `see ${LONG} now`, typed: `see ${LONG} now` },
		]);
		expect(shown(type(`a${paste(LONG)}b${LEFT}${LEFT}x`))).toMatch(/^ax\|.b$/);
		expect(shown(type(`a${paste(LONG)}\x7f`))).toBe('a|');
		expect(type(`a${paste(LONG)}\x7f\x1f\r`).effects).toMatchObject([{ prompt: `a${LONG}` }]);
		expect(type(`${paste(LONG)}\x15b\x19\r`).effects).toMatchObject([{ prompt: `b${LONG}` }]);
		expect(type(`${paste(LONG)}\x15one\r\x19\r`).effects).toMatchObject([
			{ prompt: 'one' },
			{ prompt: LONG },
		]);
	});

	it('is a text of its own where it is short', () => {
		expect(type(paste('1\n2\n3')).state.text).toBe('1\n2\n3');
		expect(type(paste('x'.repeat(1024))).state.text).toHaveLength(1024);
		expect(type(paste('x'.repeat(1025))).state.text).toHaveLength(1);
	});

	it('opens and closes with Ctrl+O, with the cursor where it was', () => {
		const open = type(`a${paste(LONG)}b${LEFT}${CTRL_O}`);
		expect(shown(open)).toBe(`a${LONG}|b`);
		expect(shown(type(CTRL_O, open.state))).toMatch(/^a.\|b$/);
		expect(shown(type(`${UP}${CTRL_O}`, open.state))).toMatch(/^a.\|b$/);
		expect(type(`!${CTRL_O}\r`, open.state).effects).toMatchObject([{ prompt: `a${LONG}!b` }]);
		const edited = type(`\x7f${CTRL_O}`, open.state);
		expect(shown(edited)).toBe(`a${LONG.slice(0, -1)}|b`);
		expect(shown(type(`plain${CTRL_O}`))).toBe('plain|');
	});

	it('is a chip again where it comes from the history', () => {
		const { state } = type(`${paste(LONG)}\r`);
		expect(type(UP, state, { history: [LONG], queued: 0 }).state.text).toHaveLength(1);
	});

	it('keeps many apart, and what is typed cannot be taken for one', () => {
		const many = Array.from({ length: 40 }, (_, i) => `${i}${LONG}`);
		expect(type(`${many.map(paste).join('')}\r`).effects).toMatchObject([{ prompt: many.join('') }]);
		expect(type('a\ufdd0b').state.text).toBe('ab');
		expect(type(paste('a\ufdd0b')).state.text).toBe('ab');
	});

	it('continues a line by a backslash of the line alone', () => {
		expect(type(`${paste(`${LONG}\\`)}\r`).effects).toMatchObject([{ prompt: `${LONG}\\` }]);
		const continued = type(`${paste(LONG)}\\\rmore\r`);
		expect(continued.effects).toMatchObject([{ prompt: `${LONG}\nmore` }]);
	});
});

describe('history', () => {
	const context = { history: ['first', 'second', 'fix the third'], queued: 0 };

	it('walks back and forth, and gives the draft back', () => {
		expect(shown(type(`dra${UP}`, EMPTY_EDIT, context))).toBe('fix the third|');
		expect(shown(type(`dra${UP}${UP}${DOWN}${DOWN}`, EMPTY_EDIT, context))).toBe('dra|');
		expect(shown(type(`${UP}${UP}${UP}${UP}`, EMPTY_EDIT, context))).toBe('first|');
	});

	it('takes the newest queued prompt back on Up in an empty line', () => {
		expect(type(UP, EMPTY_EDIT, { ...context, queued: 1 }).effects).toEqual([{ type: 'take_queued' }]);
		expect(shown(type(`x${UP}`, EMPTY_EDIT, { ...context, queued: 1 }))).toBe('fix the third|');
	});

	it('searches as one types, and goes to older matches', () => {
		expect(type('\x12s', EMPTY_EDIT, context).state.text).toBe('second');
		expect(type('\x12s\x12', EMPTY_EDIT, context).state.text).toBe('first');
		expect(type('\x12THIRD\r', EMPTY_EDIT, context).effects).toMatchObject([{ prompt: 'fix the third' }]);
	});

	it('gives the draft back when the search is left', () => {
		expect(shown(type('draft\x12sec\x1b', EMPTY_EDIT, context))).toBe('draft|');
		expect(shown(type('draft\x12sec\x03', EMPTY_EDIT, context))).toBe('draft|');
	});

	it('edits what the search found', () => {
		expect(shown(type('\x12sec\x05!', EMPTY_EDIT, context))).toBe('second!|');
	});
});

describe('a new line', () => {
	it('keeps what was killed', () => {
		expect(withText({ ...EMPTY_EDIT, killed: 'word' }, 'x')).toMatchObject({
			text: 'x',
			cursor: 1,
			killed: 'word',
		});
	});
});

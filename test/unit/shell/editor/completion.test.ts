import { describe, expect, it } from 'vitest';
import { applyCompletion } from '../../../../src/shell/editor/completion.ts';
import { EMPTY_EDIT, withText } from '../../../../src/shell/editor/edit-state.ts';

const complete = (text: string, values: Array<string | { value: string; isOpen: boolean }>, from = 0) => {
	const candidates = values.map((value) => (typeof value === 'string' ? { value } : value));
	const { state, offered } = applyCompletion(withText(EMPTY_EDIT, text), { from, candidates });
	return { text: state.text, cursor: state.cursor, offered: offered.map(({ value }) => value) };
};

describe('completion', () => {
	it('takes the only candidate, with a blank', () => {
		expect(complete('/sta', ['/status', '/use'])).toEqual({ text: '/status ', cursor: 8, offered: [] });
	});

	it('leaves a folder open', () => {
		expect(complete('@sr', [{ value: 'src/', isOpen: true }], 1).text).toBe('@src/');
	});

	it('goes as far as all candidates agree, and lists them', () => {
		expect(complete('/s', ['/sessions', '/session-x'])).toEqual({
			text: '/session',
			cursor: 8,
			offered: ['/sessions', '/session-x'],
		});
	});

	it('changes nothing when nothing fits', () => {
		expect(complete('/zz', ['/use'])).toEqual({ text: '/zz', cursor: 3, offered: [] });
	});
});

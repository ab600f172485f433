import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_EDIT, withText } from '../../../../../src/shell/editor/edit-state.ts';
import { layoutEdit } from '../../../../../src/shell/editor/layout/layout-edit.ts';
import { addChip } from '../../../../../src/shell/editor/paste/chips.ts';
import { columnsOf } from '../../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../../src/ui/theme.ts';

const theme = createTheme(false);
const layout = (text: string, cursor = text.length, columns = 20, maxRows = 6) =>
	layoutEdit({ ...withText(EMPTY_EDIT, text), cursor }, { label: 'claude › ', columns, maxRows, theme });

describe('the edit line', () => {
	it('stands after the label, cursor included', () => {
		expect(layout('fix')).toEqual({ rows: ['claude › fix'], cursor: { row: 0, column: 12 } });
	});

	it('breaks a long text and indents what follows', () => {
		expect(layout('0123456789abcdefghij').rows).toEqual(['claude › 0123456789', '  abcdefghij']);
	});

	it('breaks at blanks, lets one hang over the edge, and puts the cursor where the next character goes', () => {
		const words = 'one two three four';
		expect(layout(words).rows).toEqual(['claude › one two ', '  three four']);
		expect(layout(words, 8).cursor).toEqual({ row: 1, column: 2 });
		expect(layout(words, 7).cursor).toEqual({ row: 0, column: 16 });
		expect(layout('one two th ').rows).toEqual(['claude › one two th', '  ']);
		expect(layout('one two th ').cursor).toEqual({ row: 1, column: 2 });
		expect(layout('a veryverylongwordthatfitsnowhere').rows).toEqual([
			'claude › a ',
			'  veryverylongwordt',
			'  hatfitsnowhere',
		]);
	});

	it('shows a long paste as one character, as wide as it is', () => {
		const { chips, mark } = addChip([], 'line\n'.repeat(40), []) ?? { chips: [], mark: '' };
		const state = { ...withText(EMPTY_EDIT, `explain this ${mark} now`), chips };
		const at = (cursor: number, columns: number) =>
			layoutEdit({ ...state, cursor }, { label: 'claude › ', columns, maxRows: 5, theme });
		expect(at(0, 80).rows).toEqual(['claude › explain this [40 lines pasted, 200 B] now']);
		expect(at(13, 80).cursor.column).toBe(22);
		expect(at(14, 80).cursor.column).toBe(46);
		expect(at(0, 40).rows).toEqual(['claude › explain this [40 lines pasted,', '  200 B] now']);
	});

	it('counts wide characters as two columns', () => {
		expect(layout('漢字').cursor.column).toBe(13);
	});

	it('shows controls that a prompt holds instead of sending them to the terminal', () => {
		expect(layout('a\u202eb', 3, 40).rows).toEqual(['claude › a<U+202E>b']);
	});

	it('shows a window of a long text around the cursor, and how much is hidden', () => {
		const text = Array.from({ length: 200 }, (_, i) => `l${i}`).join('\n');
		const { rows, cursor } = layout(text);
		expect(rows.at(-1)).toBe('  l199');
		expect(rows[0]).toBe('  ↑ 194 more');
		expect(cursor).toEqual({ row: 6, column: 6 });
		expect(layout(text, 0).rows.at(-1)).toBe('  ↓ 194 more');
	});

	it('names the search', () => {
		const state = { ...withText(EMPTY_EDIT, 'second'), search: { query: 'se', at: 0, saved: EMPTY_EDIT } };
		expect(layoutEdit(state, { label: 'x', columns: 40, maxRows: 3, theme }).rows[0]).toBe(
			'search "se": second',
		);
	});

	it('never makes a row wider than the terminal, nor a cursor outside the rows', () => {
		const text = fc
			.array(fc.constantFrom('a', '漢', '👩‍💻', '\n', '\t', '\u202e', 'word ', '\ufdd0'))
			.map((parts) => parts.join(''));
		fc.assert(
			fc.property(
				text,
				fc.integer({ min: 12, max: 60 }),
				fc.nat(),
				fc.integer({ min: 1, max: 8 }),
				(typed, columns, at, maxRows) => {
					const state = {
						...withText(EMPTY_EDIT, typed),
						chips: ['pasted\n'.repeat(40)],
						cursor: at % (typed.length + 1),
					};
					const { rows, cursor } = layoutEdit(state, { label: 'claude › ', columns, maxRows, theme });
					for (const row of rows) expect(columnsOf(row)).toBeLessThan(columns);
					expect(rows.length).toBeLessThanOrEqual(maxRows + 2);
					expect(cursor.row).toBeLessThan(rows.length);
					expect(cursor.column).toBeLessThan(columns);
				},
			),
		);
	});
});

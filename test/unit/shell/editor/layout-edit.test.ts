import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_EDIT, withText } from '../../../../src/shell/editor/edit-state.ts';
import { layoutEdit } from '../../../../src/shell/editor/layout-edit.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';

const theme = createTheme(false);
const layout = (text: string, cursor = text.length, columns = 20, maxRows = 6) =>
	layoutEdit({ ...withText(EMPTY_EDIT, text), cursor }, { label: 'claude › ', columns, maxRows, theme });

describe('the edit line', () => {
	it('stands after the label, cursor included', () => {
		expect(layout('fix')).toEqual({ rows: ['claude › fix'], cursor: { row: 0, column: 12 } });
	});

	it('breaks a long text and indents what follows', () => {
		expect(layout('0123456789abcdefghij').rows).toEqual(['claude › 0123456789', '      abcdefghij']);
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
		expect(rows.at(-1)).toBe('      l199');
		expect(rows[0]).toBe('  ↑ 194 more');
		expect(cursor).toEqual({ row: 6, column: 10 });
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
			.array(fc.constantFrom('a', '漢', '👩‍💻', '\n', '\t', '\u202e', 'word '))
			.map((parts) => parts.join(''));
		fc.assert(
			fc.property(
				text,
				fc.integer({ min: 12, max: 60 }),
				fc.nat(),
				fc.integer({ min: 1, max: 8 }),
				(typed, columns, at, maxRows) => {
					const state = { ...withText(EMPTY_EDIT, typed), cursor: at % (typed.length + 1) };
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

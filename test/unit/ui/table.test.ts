import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../../src/ui/table.ts';
import { columnsOf } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const theme = createTheme(false);
const heads = [
	{ title: 'name' },
	{ title: 'turns', align: 'right' as const },
	{ title: 'task', minColumns: 8 },
];

describe('a table', () => {
	it('lines its columns up', () => {
		expect(
			renderTable(
				heads,
				[
					['one', '12', 'fix it'],
					['three', '3', '漢字'],
				],
				{ columns: 40, theme },
			),
		).toEqual(['name   turns  task', 'one       12  fix it', 'three      3  漢字']);
	});

	it('cuts the cells that allow it', () => {
		expect(renderTable(heads, [['one', '1', 'a long task to do']], { columns: 22, theme })[1]).toBe(
			'one       1  a long t…',
		);
	});

	it('becomes blocks when there is no room', () => {
		expect(renderTable(heads, [['a-name-of-20-letters', '1', 'fix']], { columns: 24, theme })).toEqual([
			'a-name-of-20-letters',
			'  turns: 1',
			'  task: fix',
		]);
	});

	it('never is wider than the terminal', () => {
		const cell = fc.string({ unit: fc.constantFrom('a', '漢', ' ', '-'), maxLength: 30 });
		fc.assert(
			fc.property(fc.array(fc.tuple(cell, cell, cell)), fc.integer({ min: 12, max: 80 }), (rows, columns) => {
				for (const line of renderTable(heads, rows, { columns, theme }))
					expect(columnsOf(line)).toBeLessThanOrEqual(columns);
			}),
		);
	});
});

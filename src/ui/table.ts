import { columnsOf, cutToColumns, padToColumns, wrapToColumns } from './text-width.ts';
import type { Paint, Theme } from './theme.ts';

export interface TableColumn {
	title: string;
	/** Numbers are right-aligned. */
	align?: 'left' | 'right';
	/** May be cut down to this many columns before the table becomes a list; without it the column is never cut. */
	minColumns?: number;
	paint?: Paint;
}

const GAP = 2;

/**
 * Renders a table that fits `columns`: cells that allow it are cut, and if that is not enough each row becomes a small block of
 * `title: value` lines. A column without any value is left out. Cells must be plain text, already safe.
 */
export function renderTable(
	allHeads: readonly TableColumn[],
	allRows: readonly (readonly string[])[],
	{ columns, theme }: { columns: number; theme: Theme },
): string[] {
	const isUsed = allHeads.map((_, i) => allRows.some((row) => (row[i] ?? '') !== ''));
	const heads = allHeads.filter((_, i) => isUsed[i]);
	const rows = allRows.map((row) => row.filter((_, i) => isUsed[i]));
	const natural = heads.map((head, i) =>
		Math.max(columnsOf(head.title), ...rows.map((row) => columnsOf(row[i] ?? ''))),
	);
	const widths = shrink(heads, natural, columns);
	if (widths === null) return renderBlocks(heads, rows, columns, theme);
	const line = (cells: readonly string[], paintOf: (head: TableColumn) => Paint | undefined) =>
		heads
			.map((head, i) => {
				const width = widths[i] ?? 0;
				const cell = padToColumns(
					cutToColumns(cells[i] ?? '', width),
					width,
					head.align === 'right' ? 'left' : 'right',
				);
				return (paintOf(head) ?? ((text: string) => text))(i === heads.length - 1 ? cell.trimEnd() : cell);
			})
			.join(' '.repeat(GAP));
	return [
		line(
			heads.map((head) => head.title),
			() => theme.dim,
		),
		...rows.map((row) => line(row, (head) => head.paint)),
	];
}

function shrink(heads: readonly TableColumn[], natural: readonly number[], columns: number): number[] | null {
	const widths = [...natural];
	let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - columns;
	while (excess > 0) {
		const widest = widths.reduce((best, width, i) => {
			const least = heads[i]?.minColumns;
			if (least === undefined || width <= least) return best;
			return best < 0 || width > (widths[best] ?? 0) ? i : best;
		}, -1);
		if (widest < 0) return null;
		widths[widest] = (widths[widest] ?? 0) - 1;
		excess--;
	}
	return widths;
}

function renderBlocks(
	heads: readonly TableColumn[],
	rows: readonly (readonly string[])[],
	columns: number,
	theme: Theme,
): string[] {
	return rows.flatMap((row, index) => {
		const lines = heads.flatMap((head, i) => {
			const cell = row[i] ?? '';
			if (cell === '') return [];
			const text = i === 0 ? cell : `  ${head.title}: ${cell}`;
			const paint = i === 0 ? (head.paint ?? theme.bold) : theme.dim;
			return wrapToColumns(text, columns, { indent: 4 }).map(paint);
		});
		return index === 0 ? lines : ['', ...lines];
	});
}

import { columnsOf, padToColumns, wrapToColumns } from './text-width.ts';
import type { Theme } from './theme.ts';

/** Below this width a long value gets rows of its own instead of a narrow column. */
const NARROW_COLUMNS = 60;

/**
 * Renders `name  value` lines with the values in one column. Values must already be safe; empty ones are left out. A path that does
 * not fit after its name goes on the next row, so that it is cut only if the whole width is too narrow.
 */
export function fieldLines(
	fields: ReadonlyArray<readonly [name: string, value: string]>,
	{ theme, columns }: { theme: Theme; columns: number },
): string[] {
	const shown = fields.filter(([, value]) => value !== '');
	const width = Math.max(0, ...shown.map(([name]) => name.length)) + 2;
	return shown.flatMap(([name, value]) => {
		const isLong = width + columnsOf(value) > columns;
		if (isLong && (columns < NARROW_COLUMNS || hasWordOver(columns - width, value))) {
			return [theme.dim(name), ...wrapToColumns(`  ${value}`, columns, { indent: 2 })];
		}
		return wrapToColumns(`${theme.dim(padToColumns(name, width))}${value}`, columns, { indent: width });
	});
}

function hasWordOver(columns: number, text: string): boolean {
	return text.split(' ').some((word) => columnsOf(word) > columns);
}

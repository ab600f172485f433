import { columnsOf, padToColumns, wrapToColumns } from './text-width.ts';
import type { Theme } from './theme.ts';

/** Below this a long value gets rows of its own instead of a narrow column. */
const NARROW_COLUMNS = 60;

/**
 * `name  value` lines with the values in one column. Values are safe already; empty ones are left out. A path that does not
 * fit beside its name stands below it, so that it is cut only where the whole width is too narrow for it.
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

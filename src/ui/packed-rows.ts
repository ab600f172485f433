import { columnsOf, wrapToColumns } from './text-width.ts';

const INDENT = '  ';
const JOINT = ' · ';

/** Parts (styled or plain) joined by ` · ` in rows that are indented by two; a row ends between two parts, and within one that alone fills more. */
export function packedRows(parts: readonly string[], columns: number): string[] {
	const rows: string[] = [];
	for (const part of parts) {
		const last = rows.at(-1);
		const joined = last === undefined ? '' : last + JOINT + part;
		if (last !== undefined && columnsOf(joined) <= columns) rows[rows.length - 1] = joined;
		else rows.push(INDENT + part);
	}
	return rows.flatMap((row) => wrapToColumns(row, columns, { indent: 2 * INDENT.length }));
}

/** Tables by the line, each read by the parser on its own. */
import type { Inline, Table } from '../markdown-tree.ts';
import { readMarkdown } from '../read-markdown.ts';

/** A table of more columns fits no terminal. */
const MAX_COLUMNS = 32;

/** null: `marks` is not the line between the head of a table and its rows. */
export function readTableHead(head: string, marks: string): Table | null {
	const table = onlyTable(`${head}\n${marks}`);
	return table !== null && table.head.length <= MAX_COLUMNS ? table : null;
}

/** null: the line is not a row of a table of so many columns. */
export function readTableRow(line: string, columns: number): Inline[][] | null {
	const table = onlyTable(`${'|a'.repeat(columns)}|\n${'|-'.repeat(columns)}|\n${line}`);
	return table?.rows[0] ?? null;
}

/** null: the text is anything but one table. */
function onlyTable(text: string): Table | null {
	const [block, ...others] = readMarkdown(text);
	return block?.kind === 'table' && others.length === 0 ? block : null;
}

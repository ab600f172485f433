import { columnsOf, cutToColumns } from './text-width.ts';

/** Where a sentence may end early: `what agents may do; allow adds …`, `list what waits (…)`. */
const CLAUSE_ENDS = /[;,:]\s| \(/g;
/** Fewer columns say too little. */
const SHORTEST = 12;

/** The text, or as many of its first clauses as fit, or its beginning with `…`. */
export function cutAtClause(text: string, columns: number): string {
	if (columnsOf(text) <= columns) return text;
	const ends = [...text.matchAll(CLAUSE_ENDS)].map(({ index }) => text.slice(0, index));
	const fitting = ends.findLast((part) => columnsOf(part) <= columns && columnsOf(part) >= SHORTEST);
	return fitting ?? cutToColumns(text, columns);
}

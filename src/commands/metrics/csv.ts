import type { MetricsData } from './metrics-data.ts';
import { figuresOf } from './metrics-json.ts';

/**
 * RFC 4180, a line each, without the line feed of its CRLF. The header is the same for every grouping; a group that the records do
 * not name has an empty key. There is no row for the total, which a program would add to the others.
 */
export function csvLines({ by, rows, total }: MetricsData): string[] {
	const head = ['by', 'key', 'title', ...Object.keys(figuresOf(total))];
	const cells = rows.map(({ key, title, sums }) => [by, key, title, ...Object.values(figuresOf(sums))]);
	return [head, ...cells].map((row) => `${row.map(cellOf).join(',')}\r`);
}

function cellOf(value: string | number | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	// A spreadsheet would run what an agent wrote.
	const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

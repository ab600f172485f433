/** Tables fitted to the width: natural widths, then the widest give way; where that is too narrow, a block `name  value` a row. */
import { columnsOf, padToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Align, Inline } from '../markdown-tree.ts';
import { inlineLine } from './inline-parts.ts';

/** Narrower columns, or a narrower table, are blocks. */
const MIN_COLUMN = 8;
const MIN_COLUMNS = 57;
const GAP = '  ';

export interface TableRowsOptions {
	theme: Theme;
	/** Columns that a row may take now. */
	room: () => number;
	/** A table that is taller keeps its widths from then on. */
	maxRows: () => number;
}

export class TableRows {
	readonly #options: TableRowsOptions;
	readonly #align: readonly Align[];
	#head: readonly string[];
	/** Those that wait for the widths. */
	#waiting: string[][] = [];
	#naturals: readonly number[];
	/** null: not known yet. */
	#widths: readonly number[] | null = null;
	#isFirst = true;

	constructor(head: readonly Inline[][], align: readonly Align[], options: TableRowsOptions) {
		this.#options = options;
		this.#align = align;
		this.#head = head.map((cell) => inlineLine(cell, options.theme));
		this.#naturals = this.#head.map(columnsOf);
	}

	copy(): TableRows {
		const copy = new TableRows([], this.#align, this.#options);
		copy.#head = this.#head;
		copy.#waiting = [...this.#waiting];
		copy.#naturals = this.#naturals;
		copy.#widths = this.#widths;
		copy.#isFirst = this.#isFirst;
		return copy;
	}

	/** The rows that are final with it. */
	add(cells: readonly Inline[][]): string[] {
		const row = this.#head.map((_, column) => inlineLine(cells[column] ?? [], this.#options.theme));
		this.#naturals = this.#naturals.map((width, column) => Math.max(width, columnsOf(row[column] ?? '')));
		this.#waiting.push(row);
		return this.#isLive() ? [] : this.#take();
	}

	end(): string[] {
		return this.#take();
	}

	/** Whether a row may still change the widths. */
	#isLive(): boolean {
		if (this.#widths !== null) return false;
		const widths = fitted(this.#naturals, this.#options.room());
		if (widths === null) return false;
		let height = 2;
		for (const row of this.#waiting) height += this.#cellRows(row, widths).length;
		return height <= this.#options.maxRows();
	}

	#take(): string[] {
		const room = this.#options.room();
		const isKept = this.#widths !== null && totalOf(this.#widths) <= room;
		this.#widths = isKept ? this.#widths : fitted(this.#widths ?? this.#naturals, room);
		const widths = this.#widths;
		const rows = this.#isFirst && widths !== null ? this.#headRows(widths) : [];
		for (const row of this.#waiting)
			rows.push(...(widths === null ? this.#block(row) : this.#cellRows(row, widths)));
		this.#waiting = [];
		this.#isFirst = false;
		return rows;
	}

	#headRows(widths: readonly number[]): string[] {
		const { theme } = this.#options;
		const rule = widths.map((width) => '─'.repeat(width)).join(GAP);
		return [...this.#cellRows(this.#head.map(theme.bold), widths), theme.dim(rule)];
	}

	#cellRows(cells: readonly string[], widths: readonly number[]): string[] {
		const columns = widths.map((width, at) => wrapToColumns(cells[at] ?? '', width));
		const height = Math.max(1, ...columns.map((rows) => rows.length));
		return Array.from({ length: height }, (_, line) =>
			widths
				.map((width, at) => aligned(columns[at]?.[line] ?? '', width, this.#align[at] ?? null))
				.join(GAP)
				.trimEnd(),
		);
	}

	/** A row as one line a cell, a blank one before it if it is not the first. */
	#block(cells: readonly string[]): string[] {
		const { theme, room } = this.#options;
		const columns = room();
		const names = this.#head.map(
			(name) => wrapToColumns(name, Math.max(1, Math.floor(columns / 3)))[0] ?? '',
		);
		const indent = Math.max(0, ...names.map(columnsOf)) + GAP.length;
		const rows = cells.flatMap((cell, at) =>
			wrapToColumns(cell, Math.max(2, columns - indent)).map(
				(row, line) =>
					(line === 0 ? padToColumns(theme.dim(names[at] ?? ''), indent) : ' '.repeat(indent)) + row,
			),
		);
		const isFirst = this.#isFirst;
		this.#isFirst = false;
		return [...(isFirst ? [] : ['']), ...rows.map((row) => row.trimEnd())];
	}
}

const totalOf = (widths: readonly number[]): number =>
	widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));

/** null: too narrow for a table. */
function fitted(naturals: readonly number[], room: number): number[] | null {
	if (room < MIN_COLUMNS) return null;
	const widths = naturals.map((width) => Math.max(2, Math.min(width, room)));
	for (let over = totalOf(widths) - room; over > 0; ) {
		const widest = Math.max(...widths);
		if (widest <= MIN_COLUMN) return null;
		const those = widths.flatMap((width, at) => (width === widest ? [at] : []));
		const next = Math.max(MIN_COLUMN, ...widths.filter((width) => width < widest));
		const step = Math.max(1, Math.min(widest - next, Math.ceil(over / those.length)));
		for (const at of those) {
			const given = Math.min(step, over);
			widths[at] = widest - given;
			over -= given;
		}
	}
	return widths;
}

function aligned(text: string, width: number, align: Align): string {
	if (align === 'right') return padToColumns(text, width, 'left');
	if (align !== 'center') return padToColumns(text, width);
	return padToColumns(' '.repeat(Math.floor((width - columnsOf(text)) / 2)) + text, width);
}

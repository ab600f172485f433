import type { MarkdownRows, MarkdownRowsOptions } from '../../markdown/markdown-rows.ts';
import { expandTabs, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { StreamKind } from '../transcript-sink.ts';

/** A line without end is broken here. */
const MAX_PARTIAL_CHARS = 8 * 1024;
/** What agents say stands below the prompts, which begin in the first column. */
const MARGIN = '  ';
const MIN_COLUMNS = 8;

export interface LiveRoom {
	/** What a row may take now. */
	columns: () => number;
	/** How many rows of the growing text are shown at most. */
	rows: () => number;
}

/** Growing text as rows of the terminal: finished ones to print, and those that may still change. */
export class LiveRows {
	readonly #theme: Theme;
	readonly #room: LiveRoom;
	#markdown: MarkdownRows | null = null;
	#partial: { kind: StreamKind; text: string } | null = null;
	/** A part of the text is missing: what its marks mean is not known. */
	#isTorn = false;
	/** Laid out for so many columns; null: something came since. */
	#shown: { columns: number; rows: string[] } | null = null;

	constructor(theme: Theme, room: LiveRoom) {
		this.#theme = theme;
		this.#room = room;
	}

	get drawsAnswers(): boolean {
		return this.#markdown !== null;
	}

	/** From now on answers are drawn; before, their lines are shown as they are. */
	drawAnswers(create: (options: MarkdownRowsOptions) => MarkdownRows): void {
		this.#markdown ??= create({
			theme: this.#theme,
			columns: () => Math.max(MIN_COLUMNS, this.#room.columns() - MARGIN.length),
			maxTableRows: this.#room.rows,
		});
	}

	/** A line of its own; it ends the growing one. */
	line(text: string): string[] {
		return [...this.end(), ...wrapToColumns(expandTabs(text), this.#room.columns(), { indent: 2 })];
	}

	/** The rows that this part of a text finishes. */
	grow(kind: StreamKind, text: string): string[] {
		this.#shown = null;
		if (kind === 'message' && this.#markdown !== null && !this.#isTorn && !this.#partial?.text) {
			this.#partial = { kind, text: '' };
			return withMargin(this.#markdown.push(text));
		}
		const rows: string[] = [];
		const lines = text.split('\n');
		for (const [i, line] of lines.entries()) {
			this.#partial = { kind, text: (this.#partial?.text ?? '') + line };
			if (i < lines.length - 1) rows.push(...this.#finishLine(kind));
		}
		if ((this.#partial?.text.length ?? 0) > MAX_PARTIAL_CHARS) rows.push(...this.#finishLine(kind));
		return rows;
	}

	/** What follows is not what came next: the rest of the text is shown as it is. */
	tear(): string[] {
		const rows = this.end();
		this.#isTorn = true;
		return rows;
	}

	end(): string[] {
		this.#shown = null;
		this.#isTorn = false;
		const partial = this.#partial;
		this.#partial = null;
		if (partial === null) return [];
		const drawn = partial.kind === 'message' ? withMargin(this.#markdown?.end() ?? []) : [];
		return partial.text === '' ? drawn : [...drawn, ...this.#plain(partial.kind, partial.text)];
	}

	/** The last rows of what grows. */
	partial(): string[] {
		const columns = this.#room.columns();
		if (this.#shown?.columns !== columns) this.#shown = { columns, rows: this.#growing() };
		return this.#shown.rows.slice(-this.#room.rows());
	}

	#growing(): string[] {
		const partial = this.#partial;
		if (partial === null) return [];
		if (partial.text !== '') return this.#plain(partial.kind, partial.text);
		return partial.kind === 'message' ? withMargin(this.#markdown?.live() ?? []) : [];
	}

	#finishLine(kind: StreamKind): string[] {
		const text = this.#partial?.text ?? '';
		this.#partial = { kind, text: '' };
		return this.#plain(kind, text);
	}

	#plain(kind: StreamKind, text: string): string[] {
		const columns = this.#room.columns();
		if (kind === 'output') return wrapToColumns(expandTabs(text), columns, { byWord: false });
		const room = Math.max(MIN_COLUMNS, columns - MARGIN.length);
		if (kind === 'message') return withMargin(wrapToColumns(expandTabs(text), room));
		const mark = this.#theme.hasColor ? '' : '| ';
		const rows = wrapToColumns(mark + expandTabs(text), room, { indent: mark.length });
		return withMargin(rows.map((row) => this.#theme.dim(this.#theme.italic(row))));
	}
}

const withMargin = (rows: readonly string[]): string[] => rows.map((row) => (row === '' ? '' : MARGIN + row));

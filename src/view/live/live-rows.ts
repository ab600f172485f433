import { createMarkdownLines } from '../../ui/markdown.ts';
import { expandTabs, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { StreamKind } from '../transcript-sink.ts';

/** A line without end is broken here. */
const MAX_PARTIAL_CHARS = 8 * 1024;

/** Growing text as rows of the terminal: finished ones to print, and those of the line that still grows. */
export class LiveRows {
	readonly #theme: Theme;
	readonly #columns: () => number;
	readonly #markdown;
	#partial: { kind: StreamKind; text: string } | null = null;

	/** `columns`: what a row may take now. */
	constructor(theme: Theme, columns: () => number) {
		this.#theme = theme;
		this.#columns = columns;
		this.#markdown = createMarkdownLines(theme);
	}

	/** A line of its own; it ends the growing one. */
	line(text: string): string[] {
		return [...this.end(), ...wrapToColumns(expandTabs(text), this.#columns(), { indent: 2 })];
	}

	/** The rows that this part of a text finishes. */
	grow(kind: StreamKind, text: string): string[] {
		const rows: string[] = [];
		const lines = text.split('\n');
		for (const [i, line] of lines.entries()) {
			this.#partial = { kind, text: (this.#partial?.text ?? '') + line };
			if (i < lines.length - 1) rows.push(...this.#finishLine(kind));
		}
		if ((this.#partial?.text.length ?? 0) > MAX_PARTIAL_CHARS) rows.push(...this.#finishLine(kind));
		return rows;
	}

	end(): string[] {
		const partial = this.#partial;
		if (partial === null) return [];
		const rows = this.#finishLine(partial.kind);
		this.#partial = null;
		this.#markdown.reset();
		return partial.text === '' ? [] : rows;
	}

	/** The last rows of the growing line. */
	partial(maxRows: number): string[] {
		const partial = this.#partial;
		if (partial === null || partial.text === '') return [];
		const rows =
			partial.kind === 'message'
				? this.#markdown.partial(partial.text, this.#columns())
				: this.#plain(partial.kind, partial.text);
		return rows.slice(-maxRows);
	}

	#finishLine(kind: StreamKind): string[] {
		const text = this.#partial?.text ?? '';
		this.#partial = { kind, text: '' };
		return kind === 'message' ? this.#markdown.line(text, this.#columns()) : this.#plain(kind, text);
	}

	#plain(kind: StreamKind, text: string): string[] {
		if (kind === 'output') return wrapToColumns(expandTabs(text), this.#columns(), { byWord: false });
		const mark = this.#theme.hasColor ? '' : '| ';
		return wrapToColumns(mark + expandTabs(text), this.#columns(), { indent: mark.length }).map((row) =>
			this.#theme.dim(this.#theme.italic(row)),
		);
	}
}

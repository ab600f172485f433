import { wrapToColumns } from '../../ui/text-width.ts';
import type { RowWriterOptions } from './row-writer.ts';

const TAB = '    ';

type PlainRowsOptions = Pick<RowWriterOptions, 'room' | 'emit'>;

/** Text without looks as rows, at a fraction of what it costs to read its marks: only the row that may still grow is kept. */
export class PlainRows {
	readonly #options: PlainRowsOptions;
	readonly #byWord: boolean;
	#row = '';

	constructor(options: PlainRowsOptions, { byWord }: { byWord: boolean }) {
		this.#options = options;
		this.#byWord = byWord;
	}

	/** In the same state. */
	copy(options: PlainRowsOptions): PlainRows {
		const copy = new PlainRows(options, { byWord: this.#byWord });
		copy.#row = this.#row;
		return copy;
	}

	/** More of the line. */
	text(text: string): void {
		const rows = wrapToColumns(this.#row + text.replaceAll('\t', TAB), this.#options.room(), {
			byWord: this.#byWord,
		});
		this.#row = rows.pop() ?? '';
		for (const row of rows) this.#options.emit(row);
	}

	/** The line is over. */
	breakRow(): void {
		if (this.#row !== '') this.#options.emit(this.#row);
		this.#row = '';
	}
}

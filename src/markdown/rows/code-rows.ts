/** Code that grows: its text in, its rows out, broken at any character. */
import { expandTabs } from '../../ui/text-width.ts';
import { PlainRows } from './plain-rows.ts';
import { RowWriter, type RowWriterOptions, STYLE } from './row-writer.ts';

/** What follows in longer code has no colour: to lay it out takes a fraction of the time, and nobody reads that much. */
const MAX_PAINTED_CHARS = 256 * 1024;

export class CodeRows {
	#writer: RowWriter;
	/** From where there is no colour on. */
	#plain: PlainRows;
	#chars = 0;

	constructor(options: RowWriterOptions) {
		this.#writer = new RowWriter(options);
		this.#plain = new PlainRows(options, { byWord: false });
	}

	/** In the same state. */
	copy(options: RowWriterOptions): CodeRows {
		const copy = new CodeRows(options);
		copy.#writer = this.#writer.copy(options);
		copy.#plain = this.#plain.copy(options);
		copy.#chars = this.#chars;
		return copy;
	}

	/** More of a line, in pieces that depend on the text alone. */
	text(text: string): void {
		const isPainted = this.#chars <= MAX_PAINTED_CHARS;
		this.#chars += text.length;
		if (this.#chars <= MAX_PAINTED_CHARS) {
			this.#writer.raw(expandTabs(text), STYLE.code);
			return;
		}
		if (isPainted) this.#writer.breakRow();
		this.#plain.text(text);
	}

	breakRow(): void {
		this.#writer.breakRow();
		this.#plain.breakRow();
	}
}

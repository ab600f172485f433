/** A paragraph or heading that grows: its text in, its rows out. */
import type { Theme } from '../../ui/theme.ts';
import { readInlines } from '../read-markdown.ts';
import { InlineFeed, type InlinePart } from '../stream/inline-feed.ts';
import { inlineParts } from './inline-parts.ts';
import { PlainRows } from './plain-rows.ts';
import { RowWriter, type RowWriterOptions } from './row-writer.ts';

/** What follows of a longer line is text whose marks are not read: each costs some microseconds, and nobody reads so long a line. */
const MAX_MARKED_CHARS = 64 * 1024;

export class Prose {
	readonly #theme: Theme;
	readonly #style: number;
	#feed = new InlineFeed();
	#writer: RowWriter;
	/** The rest of a line that is too long. */
	#plain: PlainRows;
	#lineChars = 0;

	constructor(options: RowWriterOptions, style: number) {
		this.#theme = options.theme;
		this.#style = style;
		this.#writer = new RowWriter(options);
		this.#plain = new PlainRows(options, { byWord: true });
	}

	copy(options: RowWriterOptions): Prose {
		const copy = new Prose(options, this.#style);
		copy.#feed = this.#feed.copy();
		copy.#writer = this.#writer.copy(options);
		copy.#plain = this.#plain.copy(options);
		copy.#lineChars = this.#lineChars;
		return copy;
	}

	/** Text that has no marks. */
	plain(text: string): void {
		this.#writer.words(text, this.#style);
	}

	/** More of a line. */
	text(text: string): void {
		const marked = text.slice(0, Math.max(0, MAX_MARKED_CHARS - this.#lineChars));
		const isCut = this.#lineChars <= MAX_MARKED_CHARS && marked.length < text.length;
		this.#lineChars += text.length;
		if (marked !== '') this.#write(this.#feed.push(marked));
		if (isCut) this.#endMarked();
		if (marked.length < text.length) this.#plain.text(text.slice(marked.length));
	}

	endLine(): void {
		if (this.#lineChars <= MAX_MARKED_CHARS) this.#write(this.#feed.push('\n'));
		this.#plain.breakRow();
		this.#lineChars = 0;
	}

	end(): void {
		this.#endMarked();
		this.#plain.breakRow();
	}

	#endMarked(): void {
		this.#write(this.#feed.end());
		this.#writer.breakRow();
	}

	#write(parts: readonly InlinePart[]): void {
		for (const part of parts) {
			if (part.isPlain) this.#writer.words(part.text, this.#style);
			else
				for (const { text, style } of inlineParts(readInlines(part.text), this.#style, this.#theme)) {
					if (text === null) this.#writer.breakRow();
					else this.#writer.words(text, style);
				}
		}
	}
}

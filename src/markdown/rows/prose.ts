/** A paragraph or heading that grows: its text in, its rows out. */
import type { Theme } from '../../ui/theme.ts';
import { readInlines } from '../read-markdown.ts';
import { InlineFeed, type InlinePart } from '../stream/inline-feed.ts';
import { inlineParts } from './inline-parts.ts';
import { PlainRows } from './plain-rows.ts';
import { RowWriter, type RowWriterOptions } from './row-writer.ts';

/**
 * What follows of a longer line, or in a longer paragraph, is text whose marks are not read: each costs some microseconds, and nobody
 * reads so much of one.
 */
const MAX_LINE_CHARS = 64 * 1024;
const MAX_PARAGRAPH_CHARS = 256 * 1024;

export class Prose {
	readonly #theme: Theme;
	readonly #style: number;
	#feed = new InlineFeed();
	#writer: RowWriter;
	/** The rest of what is too long. */
	#plain: PlainRows;
	#lineChars = 0;
	/** In the lines that have ended. */
	#chars = 0;
	/** So much has come that no more marks are read. */
	#isPlain = false;

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
		copy.#chars = this.#chars;
		copy.#isPlain = this.#isPlain;
		return copy;
	}

	/** Text that has no marks. */
	plain(text: string): void {
		this.#writer.words(text, this.#style);
	}

	/** More of a line. */
	text(text: string): void {
		const marked = this.#isPlain ? '' : text.slice(0, Math.max(0, MAX_LINE_CHARS - this.#lineChars));
		const isCut = this.#isMarked && marked.length < text.length;
		this.#lineChars += text.length;
		if (marked !== '') this.#write(this.#feed.push(marked));
		if (isCut) this.#endMarked();
		if (marked.length < text.length) this.#plain.text(text.slice(marked.length));
	}

	endLine(): void {
		if (this.#isMarked) this.#write(this.#feed.push('\n'));
		this.#plain.breakRow();
		this.#chars += this.#lineChars + 1;
		this.#lineChars = 0;
		if (this.#isPlain || this.#chars < MAX_PARAGRAPH_CHARS) return;
		this.#endMarked();
		this.#isPlain = true;
	}

	end(): void {
		this.#endMarked();
		this.#plain.breakRow();
	}

	get #isMarked(): boolean {
		return !this.#isPlain && this.#lineChars <= MAX_LINE_CHARS;
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

/** A paragraph or heading that grows: its text in, its rows out. */
import type { Theme } from '../../ui/theme.ts';
import { readInlines } from '../read-markdown.ts';
import { InlineFeed, type InlinePart } from '../stream/inline-feed.ts';
import { inlineParts } from './inline-parts.ts';
import { RowWriter, type RowWriterOptions } from './row-writer.ts';

export class Prose {
	readonly #theme: Theme;
	readonly #style: number;
	#feed = new InlineFeed();
	#writer: RowWriter;

	constructor(options: RowWriterOptions, style: number) {
		this.#theme = options.theme;
		this.#style = style;
		this.#writer = new RowWriter(options);
	}

	copy(options: RowWriterOptions): Prose {
		const copy = new Prose(options, this.#style);
		copy.#feed = this.#feed.copy();
		copy.#writer = this.#writer.copy(options);
		return copy;
	}

	/** Text that has no marks. */
	plain(text: string): void {
		this.#writer.words(text, this.#style);
	}

	text(text: string): void {
		this.#write(this.#feed.push(text));
	}

	end(): void {
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

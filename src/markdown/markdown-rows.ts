/**
 * An answer as rows, while it streams: a row is handed on as soon as nothing that follows can change it, and what still grows can be
 * looked at. The rows are the same however the text is cut. Memory is bounded whatever the length, and time is linear in it.
 */
import { BlockWriter, type BlockWriterOptions } from './rows/block-writer.ts';

export type MarkdownRowsOptions = BlockWriterOptions;

/** A line that is plainly text by then is shown before its end. */
const EARLY_CHARS = 48;
/** A longer line is text, or code, whatever it began with. */
const MAX_LINE_CHARS = 4096;
/** So many of a line of code are laid out at once. */
const CODE_CHARS = 1024;

export class MarkdownRows {
	#blocks: BlockWriter;
	readonly #options: MarkdownRowsOptions;
	/** What came of the line and was not handed on. */
	#line = '';
	/** The beginning of the line was handed on: what follows is more of its text. */
	#isCut = false;
	#isCode = false;

	constructor(options: MarkdownRowsOptions) {
		this.#options = options;
		this.#blocks = new BlockWriter(options);
	}

	/** The rows that are final with this text, which is safe to show (`core/text`). */
	push(text: string): string[] {
		for (let at = 0; at <= text.length; ) {
			const end = text.indexOf('\n', at);
			this.#grow(text.slice(at, end < 0 ? text.length : end));
			if (end < 0) break;
			this.#endLine();
			at = end + 1;
		}
		return this.#blocks.takeRows();
	}

	/** The rows that would follow if this were all. */
	live(): string[] {
		const copy = new MarkdownRows(this.#options);
		copy.#blocks = this.#blocks.copy();
		copy.#line = this.#line;
		copy.#isCut = this.#isCut;
		copy.#isCode = this.#isCode;
		return copy.end();
	}

	/** The rows that are left; what follows is another text. */
	end(): string[] {
		if (this.#line !== '' || this.#isCut) this.#endLine();
		this.#blocks.end();
		const rows = this.#blocks.takeRows();
		this.#blocks = new BlockWriter(this.#options);
		return rows;
	}

	#grow(piece: string): void {
		for (let rest = piece; rest !== ''; ) {
			if (this.#isCut && !this.#isCode) {
				this.#blocks.goOn(rest);
				return;
			}
			const taken = rest.slice(0, Math.max(1, this.#cap() - this.#line.length));
			this.#line += taken;
			rest = rest.slice(taken.length);
			this.#handOn();
		}
	}

	#cap(): number {
		if (this.#isCut) return CODE_CHARS;
		return this.#line.length < EARLY_CHARS ? EARLY_CHARS : MAX_LINE_CHARS;
	}

	/** Hands on what is decided. Never half a character. */
	#handOn(): void {
		const { length } = this.#line;
		const last = this.#line.charCodeAt(length - 1);
		if (last >= 0xd800 && last < 0xdc00) return;
		if (this.#isCut) {
			if (length >= CODE_CHARS) this.#goOn();
			return;
		}
		const isEarly = length >= EARLY_CHARS && length <= EARLY_CHARS + 1 && this.#blocks.isText(this.#line);
		if (!isEarly && length < MAX_LINE_CHARS) return;
		this.#blocks.line(this.#line, true);
		this.#isCode = this.#blocks.isInCode;
		this.#isCut = true;
		this.#line = '';
	}

	#goOn(): void {
		this.#blocks.goOn(this.#line);
		this.#line = '';
	}

	#endLine(): void {
		if (this.#isCut) {
			this.#goOn();
			this.#blocks.endLine();
		} else this.#blocks.line(this.#line);
		this.#line = '';
		this.#isCut = false;
		this.#isCode = false;
	}
}

import { createTextFilter, type TextFilter } from '../../core/text.ts';
import type { StreamKind, TranscriptSink } from '../transcript-sink.ts';

/** `shell`: lines of the shell itself. */
export type Block = StreamKind | 'tool' | 'line' | 'shell';

interface OpenStream {
	kind: StreamKind;
	messageId: string;
	filter: TextFilter;
	/** Line breaks that are shown only when more text follows. */
	heldBreaks: string;
	isBlank: boolean;
}

/** Growing text and finished lines on their way to a sink: text is made safe, blocks of a kind have one blank line between. */
export class TextStream {
	readonly #sink: TranscriptSink;
	#open: OpenStream | null = null;
	#block: Block | null = null;

	constructor(sink: TranscriptSink) {
		this.#sink = sink;
	}

	/** Part of the text `messageId`; another kind or id begins a new block. */
	text(kind: StreamKind, messageId: string, text: string): void {
		if (this.#open?.kind !== kind || this.#open.messageId !== messageId) {
			this.end();
			this.#open = { kind, messageId, filter: createTextFilter(), heldBreaks: '', isBlank: true };
		}
		this.#show(this.#open, this.#open.filter.push(text));
	}

	/** Shows what is still held back of a growing text. */
	end(): void {
		const stream = this.#open;
		if (stream === null) return;
		this.#show(stream, stream.filter.end());
		this.#open = null;
		if (!stream.isBlank) this.#sink.endText();
	}

	/** `isApart`: a blank line stands above also after the same kind. */
	lines(block: Block, lines: readonly string[], isApart = false): void {
		if (lines.length === 0) return;
		this.end();
		this.#startBlock(block, isApart);
		for (const line of lines) this.#sink.line(line);
	}

	heading(text: string): void {
		this.end();
		this.#startBlock('line', true);
		if (this.#sink.heading) this.#sink.heading(text);
		else this.#sink.line(text);
	}

	#show(stream: OpenStream, safe: string): void {
		// What is held already is not looked at again: a flood of blank lines would take the square of its length.
		const text = stream.isBlank ? safe.replace(/^\s*\n/, '') : safe;
		const length = text.trimEnd().length;
		if (length === 0) {
			if (!stream.isBlank) stream.heldBreaks += text;
			return;
		}
		if (stream.isBlank) this.#startBlock(stream.kind, true);
		stream.isBlank = false;
		const end = text.indexOf('\n', length);
		const shown = stream.heldBreaks + (end < 0 ? text : text.slice(0, end));
		stream.heldBreaks = end < 0 ? '' : text.slice(end);
		this.#sink.text(stream.kind, shown);
	}

	#startBlock(block: Block, isApart: boolean): void {
		if (this.#block !== null && (isApart || this.#block !== block)) this.#sink.line('');
		this.#block = block;
	}
}

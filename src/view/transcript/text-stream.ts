import { createTextFilter, type TextFilter } from '../../core/text.ts';
import type { StreamKind, TranscriptSink } from '../transcript-sink.ts';

/** `body`: rows below a tool's line; `question`: what the agent asks; `shell`: lines of the shell itself. */
export type Block = StreamKind | 'tool' | 'body' | 'line' | 'question' | 'shell';

/** What comes next may still change it. */
interface Held {
	block: Block;
	lines(): readonly string[];
	/** It was shown, and is final. */
	shown(): void;
}

const PROSE: ReadonlySet<Block> = new Set<Block>(['message', 'thought', 'output']);

interface OpenStream {
	kind: StreamKind;
	messageId: string;
	filter: TextFilter;
	/** Line breaks that are shown only when more text follows. */
	heldBreaks: string;
	isBlank: boolean;
}

/**
 * Growing text and finished lines on their way to a sink: text is made safe, and a blank line stands only before a head,
 * between two texts, and between a text and what stands below a tool's line.
 */
export class TextStream {
	readonly #sink: TranscriptSink;
	#open: OpenStream | null = null;
	#block: Block | null = null;
	#held: Held | null = null;

	constructor(sink: TranscriptSink) {
		this.#sink = sink;
	}

	/** Part of the text `messageId`; another kind or id begins a new block. */
	text(kind: StreamKind, messageId: string, text: string): void {
		if (this.#open?.kind !== kind || this.#open.messageId !== messageId) {
			this.#endText();
			this.#open = { kind, messageId, filter: createTextFilter(), heldBreaks: '', isBlank: true };
		}
		this.#show(this.#open, this.#open.filter.push(text));
	}

	/** What was shown last; null: nothing yet. */
	get lastBlock(): Block | null {
		return this.#block;
	}

	/** Shows what is still held back. */
	end(): void {
		this.#endText();
		this.#showHeld();
	}

	/** Lines that are shown before whatever comes next. `replaces`: in place of those that are held already. */
	hold(held: Held, { replaces }: { replaces: boolean }): void {
		this.#endText();
		if (!replaces) this.#showHeld();
		this.#held = held;
	}

	#endText(): void {
		const stream = this.#open;
		if (stream === null) return;
		this.#show(stream, stream.filter.end());
		this.#open = null;
		if (!stream.isBlank) this.#sink.endText();
	}

	/** `isApart`: a blank line stands above. */
	lines(block: Block, lines: readonly string[], isApart = false): void {
		if (lines.length === 0) return;
		this.#endText();
		this.#startBlock(block, isApart);
		for (const line of lines) this.#sink.line(line);
	}

	heading(text: string): void {
		this.#endText();
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
		if (stream.isBlank) this.#startBlock(stream.kind, false);
		stream.isBlank = false;
		const end = text.indexOf('\n', length);
		const shown = stream.heldBreaks + (end < 0 ? text : text.slice(0, end));
		stream.heldBreaks = end < 0 ? '' : text.slice(end);
		this.#sink.text(stream.kind, shown);
	}

	#startBlock(block: Block, isApart: boolean): void {
		this.#showHeld();
		if (this.#block !== null && (isApart || isBlankBetween(this.#block, block))) this.#sink.line('');
		this.#block = block;
	}

	#showHeld(): void {
		const held = this.#held;
		if (held === null) return;
		this.#held = null;
		this.#startBlock(held.block, false);
		for (const line of held.lines()) this.#sink.line(line);
		held.shown();
	}
}

function isBlankBetween(before: Block, after: Block): boolean {
	if (PROSE.has(before)) return PROSE.has(after);
	return before === 'body' && PROSE.has(after);
}

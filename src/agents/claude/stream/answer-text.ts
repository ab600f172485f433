import type { AgentEvent } from '../../events.ts';
import { type JsonObject, textOrNull } from '../../reading/json-fields.ts';

type BlockKind = 'text' | 'thinking';

interface StreamedBlock {
	/** The `messageId` its chunks were given. */
	id: string;
	index: number;
	kind: BlockKind;
	/** The text streamed so far; null past the cap, where only the length is known. */
	text: string | null;
	length: number;
}

/** A block longer than this is compared with its repetition by length alone, so that memory stays flat. */
const MAX_KEPT_CHARS = 4 * 1024 * 1024;
/** Blocks that wait for their repetition; more than one is rare (a message is repeated block by block). */
const MAX_WAITING = 64;

/**
 * Emits text and reasoning once, although with partial messages the CLI prints it twice: as deltas, then as one whole
 * block. A CLI or version that sends no deltas gives the same text from the whole blocks. When a stream breaks off, the
 * CLI silently asks again and prints the new answer as whole blocks of another message: a block that begins with
 * the text already streamed continues it, any other is a new paragraph.
 */
export class AnswerText {
	#messageId = '';
	#messages = 0;
	#blocks = 0;
	#waiting: StreamedBlock[] = [];
	#hasText = false;

	/** Whether any part of an answer was emitted. */
	get hasText(): boolean {
		return this.#hasText;
	}

	/** Blocks of an earlier message that were not repeated by now never will be. */
	messageStarts(messageId: string | null): void {
		this.#waiting = [];
		this.#open(messageId ?? `message-${this.#messages + 1}`);
	}

	/** The `delta` of a `content_block_delta`. */
	partial(index: number, delta: JsonObject): AgentEvent[] {
		if (delta.type === 'text_delta') return this.#delta(index, 'text', textOrNull(delta.text));
		if (delta.type === 'thinking_delta') return this.#delta(index, 'thinking', textOrNull(delta.thinking));
		return [];
	}

	/** A whole content block of an `assistant` line. */
	block(messageId: string | null, block: JsonObject): AgentEvent[] {
		if (block.type === 'text') return this.#whole(messageId, 'text', textOrNull(block.text));
		if (block.type === 'thinking') return this.#whole(messageId, 'thinking', textOrNull(block.thinking));
		return [];
	}

	#delta(index: number, kind: BlockKind, text: string | null): AgentEvent[] {
		if (!text) return [];
		const block = this.#streamedBlock(index, kind);
		block.length += text.length;
		block.text = block.text === null || block.length > MAX_KEPT_CHARS ? null : block.text + text;
		return this.#chunk(kind, block.id, text);
	}

	#whole(messageId: string | null, kind: BlockKind, text: string | null): AgentEvent[] {
		if (text === null) return [];
		const id = messageId ?? this.#messageId;
		const repeated = this.#take((block) => block.kind === kind && ownerOf(block) === id);
		const streamed = repeated ?? this.#take((block) => block.kind === kind && isContinued(block, text));
		if (id !== this.#messageId) this.#open(id);
		if (streamed === null) return this.#chunk(kind, this.#nextId(), text);
		return this.#chunk(kind, streamed.id, isContinued(streamed, text) ? text.slice(streamed.length) : '');
	}

	#chunk(kind: BlockKind, messageId: string, text: string): AgentEvent[] {
		if (text === '') return [];
		if (kind === 'text') this.#hasText = true;
		return [{ type: kind === 'text' ? 'agent_message_chunk' : 'agent_thought_chunk', messageId, text }];
	}

	#open(messageId: string): void {
		this.#messageId = messageId;
		this.#messages++;
		this.#blocks = 0;
	}

	#streamedBlock(index: number, kind: BlockKind): StreamedBlock {
		const open = this.#waiting.find(
			(block) => block.index === index && block.kind === kind && ownerOf(block) === this.#messageId,
		);
		if (open !== undefined) return open;
		const block = { id: this.#nextId(), index, kind, text: '', length: 0 };
		this.#waiting = [...this.#waiting, block].slice(-MAX_WAITING);
		return block;
	}

	#nextId(): string {
		return `${this.#messageId}#${this.#blocks++}`;
	}

	#take(matches: (block: StreamedBlock) => boolean): StreamedBlock | null {
		const found = this.#waiting.find(matches);
		if (found === undefined) return null;
		this.#waiting = this.#waiting.filter((block) => block !== found);
		return found;
	}
}

function ownerOf(block: StreamedBlock): string {
	return block.id.slice(0, block.id.lastIndexOf('#'));
}

function isContinued(block: StreamedBlock, text: string): boolean {
	return block.text === null ? text.length >= block.length : text.startsWith(block.text);
}

import type { AgentEvent } from '../events.ts';

export type BlockKind = 'text' | 'thinking';

interface StreamedBlock {
	/** The `messageId` its chunks were given. */
	id: string;
	index: number;
	kind: BlockKind;
	/** What was streamed so far; null past the cap, where only the length is known. */
	text: string | null;
	length: number;
}

/** A block longer than this is compared with its repetition by length alone, so that memory stays flat. */
const MAX_KEPT_CHARS = 4 * 1024 * 1024;
/** Blocks that wait for their repetition; more than one is rare (a message is repeated block by block). */
const MAX_WAITING = 64;

/**
 * Gives text and reasoning once, although the CLI tells it twice with partial messages: as deltas, then as one whole
 * block. A CLI or version that sends no deltas gives the same text from the whole blocks. When a stream breaks off, the
 * CLI asks again in silence and prints the new answer as whole blocks of another message: a block that begins with
 * what was already streamed continues it, any other is a new paragraph.
 */
export class AnswerText {
	#messageId = '';
	#messages = 0;
	#blocks = 0;
	#waiting: StreamedBlock[] = [];

	messageStarts(messageId: string | null): void {
		this.#open(messageId ?? `message-${this.#messages + 1}`);
	}

	delta(index: number, kind: BlockKind, text: string): AgentEvent[] {
		if (text === '') return [];
		const block = this.#streamedBlock(index, kind);
		block.length += text.length;
		block.text = block.text === null || block.length > MAX_KEPT_CHARS ? null : block.text + text;
		return [chunk(kind, block.id, text)];
	}

	whole(messageId: string | null, kind: BlockKind, text: string): AgentEvent[] {
		const id = messageId ?? this.#messageId;
		const streamed = this.#take((block) => block.kind === kind && ownerOf(block) === id);
		if (streamed !== null) return remainder(streamed, text);
		const cut = this.#take(
			(block) => block.kind === kind && ownerOf(block) !== id && isContinued(block, text),
		);
		if (id !== this.#messageId) this.#open(id);
		if (cut !== null) return remainder(cut, text);
		if (text === '') return [];
		return [chunk(kind, this.#nextId(), text)];
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

/** What the whole block adds to its deltas: normally nothing. A block that reads otherwise is the CLI's clean-up of it. */
function remainder(block: StreamedBlock, text: string): AgentEvent[] {
	if (!isContinued(block, text) || text.length === block.length) return [];
	return [chunk(block.kind, block.id, text.slice(block.length))];
}

function chunk(kind: BlockKind, messageId: string, text: string): AgentEvent {
	return { type: kind === 'text' ? 'agent_message_chunk' : 'agent_thought_chunk', messageId, text };
}

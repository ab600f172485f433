import type { AgentEvent } from '../../events.ts';
import { type JsonObject, textOrNull } from '../../reading/json-fields.ts';

/** A turn has hundreds at most; only a broken stream has more. */
const MAX_IDS = 10_000;

type Chunk = 'agent_message_chunk' | 'agent_thought_chunk';

/** Text that comes in pieces, and once more whole: the whole counts only where no piece came before. */
export class StreamedTexts {
	readonly #type: Chunk;
	readonly #idField: string;
	readonly #seen = new Set<string>();

	constructor(type: Chunk, idField: string) {
		this.#type = type;
		this.#idField = idField;
	}

	piece(data: JsonObject): AgentEvent[] {
		return this.#event(data, data.deltaContent);
	}

	whole(data: JsonObject): AgentEvent[] {
		const id = textOrNull(data[this.#idField]);
		return id !== null && this.#seen.has(id) ? [] : this.#event(data, data.content);
	}

	#event(data: JsonObject, value: unknown): AgentEvent[] {
		const [messageId, text] = [textOrNull(data[this.#idField]), textOrNull(value)];
		if (messageId === null || text === null || text === '') return [];
		if (this.#seen.size < MAX_IDS) this.#seen.add(messageId);
		return [{ type: this.#type, messageId, text }];
	}
}

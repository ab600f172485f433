/** The answer of a run: the last message of its last turn, as it came. No other message is kept. */
import type { RelayEvent } from '../../relay/events/relay-events.ts';

export class LastMessage {
	#id: string | null = null;
	#chunks: string[] = [];

	event(event: RelayEvent): void {
		if (event.type === 'turn_started') this.#begin(null);
		if (event.type !== 'agent_event' || event.event.type !== 'agent_message_chunk') return;
		const { messageId, text } = event.event;
		// What says nothing does not take the place of what was said.
		if (text.trim() === '' && messageId !== this.#id) return;
		if (messageId !== this.#id) this.#begin(messageId);
		this.#chunks.push(text);
	}

	/** null: the last turn said nothing. */
	get text(): string | null {
		return this.#id === null ? null : this.#chunks.join('');
	}

	#begin(id: string | null): void {
		this.#id = id;
		this.#chunks = [];
	}
}

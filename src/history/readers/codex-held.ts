/** Messages of a rollout that is read as it grows: what an item says may be said again by the event behind it, which then counts. */
import type { JsonObject } from '../../agents/reading/json-fields.ts';
import type { TranscriptItem } from '../transcript-items.ts';

export class HeldMessages {
	#held: { by: 'user' | 'assistant'; items: TranscriptItem[] } | null = null;

	get isEmpty(): boolean {
		return this.#held === null;
	}

	/** `read`: what the line says; what may be given on comes back, in order. */
	pass({ type, item }: { type: string; item: JsonObject }, read: TranscriptItem[]): TranscriptItem[] {
		const by = type === 'event_msg' ? EVENTS[String(item.type)] : undefined;
		if (by !== undefined && this.#held?.by === by) this.#held = null;
		const isMessage = type === 'response_item' && item.type === 'message';
		const says = isMessage && read.some(({ kind }) => kind === 'prompt' || kind === 'event');
		// No event says it again once the turn is over.
		const isOver = type === 'event_msg' && item.type === 'task_complete';
		if (!says && !isOver && read.every(({ kind }) => SILENT.has(kind))) return read;
		const before = this.release();
		if (!says) return [...before, ...read];
		this.#held = { by: item.role === 'user' ? 'user' : 'assistant', items: read };
		return before;
	}

	release(): TranscriptItem[] {
		const items = this.#held?.items ?? [];
		this.#held = null;
		return items;
	}
}

const EVENTS: Readonly<Record<string, 'user' | 'assistant'>> = {
	user_message: 'user',
	agent_message: 'assistant',
};
const SILENT: ReadonlySet<string> = new Set(['other', 'facts', 'usage']);

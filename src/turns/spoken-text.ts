import type { AgentEvent } from '../agents/events.ts';

/** The messages of an answer in order: chunks of one message joined, without thoughts and tools; empty ones left out. */
export function spokenMessages(events: readonly AgentEvent[]): string[] {
	const messages = new Map<string, string[]>();
	for (const event of events) {
		if (event.type !== 'agent_message_chunk') continue;
		const chunks = messages.get(event.messageId);
		if (chunks) chunks.push(event.text);
		else messages.set(event.messageId, [event.text]);
	}
	return [...messages.values()].map((chunks) => chunks.join('')).filter((text) => text.trim() !== '');
}

/** Everything an agent said in a turn, as one text. */
export function spokenText(events: readonly AgentEvent[]): string {
	return spokenMessages(events).join('\n\n');
}

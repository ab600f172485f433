import { describe, expect, it } from 'vitest';
import { LastMessage } from '../../../../src/commands/run/last-message.ts';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';

const begins = { type: 'turn_started', turn: 1 } as RelayEvent;
const chunk = (messageId: string, text: string): RelayEvent => ({
	type: 'agent_event',
	turn: 1,
	event: { type: 'agent_message_chunk', messageId, text },
});
const thought: RelayEvent = {
	type: 'agent_event',
	turn: 1,
	event: { type: 'agent_thought_chunk', messageId: 't', text: 'hm' },
};

const answerOf = (events: readonly RelayEvent[]) => {
	const said = new LastMessage();
	for (const event of events) said.event(event);
	return said.text;
};

describe('the last message', () => {
	it('is the last of the turn, whole, without what was said and thought before it', () => {
		const events = [
			begins,
			chunk('a', 'I look.'),
			thought,
			chunk('b', 'All '),
			thought,
			chunk('b', 'pass.\n'),
		];
		expect(answerOf(events)).toBe('All pass.\n');
	});

	it('is none where the last turn said nothing, whatever an earlier one said', () => {
		expect(answerOf([])).toBeNull();
		expect(answerOf([begins, chunk('a', 'half of it'), begins, thought])).toBeNull();
		expect(answerOf([begins, chunk('a', 'all of it'), chunk('b', ' \n')])).toBe('all of it');
	});
});

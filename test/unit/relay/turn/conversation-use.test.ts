import { describe, expect, it } from 'vitest';
import { describeNewConversation } from '../../../../src/relay/turn/conversation-use.ts';

describe('the notice of a new conversation', () => {
	it('says why the last one is left, and what the agent is told instead', () => {
		expect(describeNewConversation('Codex', 'is in use by session 7F3K2Q', 'story in a packet')).toBe(
			'Codex starts a new conversation, with the whole story in a packet: its last one is in use by session 7F3K2Q.',
		);
	});

	it('promises nothing where there is nothing to tell', () => {
		expect(describeNewConversation('Codex', 'was kept for another folder', null)).toBe(
			'Codex starts a new conversation: its last one was kept for another folder.',
		);
	});
});

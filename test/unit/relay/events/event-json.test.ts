import { describe, expect, it } from 'vitest';
import { eventToJson } from '../../../../src/relay/events/event-json.ts';

describe('the first line of run --json', () => {
	const opened = {
		type: 'session_opened',
		sessionId: 'S' as never,
		directory: '/r/S',
		isNew: false,
	} as const;

	it('says who begins where, and what was before', () => {
		const begins = { folder: '/r', agent: 'claude', model: null, permissions: 'edit', turns: 3 } as const;
		expect(eventToJson({ ...opened, begins })).toEqual({
			type: 'session_opened',
			session_id: 'S',
			directory: '/r/S',
			is_new: false,
			session: 'S',
			folder: '/r',
			agent: 'claude',
			model: null,
			permissions: 'edit',
			resumed: true,
			turns: 3,
		});
	});

	it('is shorter in a chat, where nobody begins', () => {
		expect(Object.keys(eventToJson(opened))).toEqual(['type', 'session_id', 'directory', 'is_new']);
	});
});

import { describe, expect, it } from 'vitest';
import { sessionStatus } from '../../../src/sessions/listing/session-status.ts';

const meta = { status: 'active', checkpoint: null } as const;

describe('the status of a race', () => {
	it('is that of its record, not of turns it does not have', () => {
		const of = (race: 'completed' | 'limit' | 'interrupted') =>
			sessionStatus({ isLocked: false, meta, lastTurn: null, race });
		expect(of('completed')).toEqual({ status: 'completed', reason: null });
		expect(of('limit')).toEqual({ status: 'checkpointed', reason: 'limit' });
		expect(of('interrupted')).toEqual({ status: 'checkpointed', reason: 'interrupted' });
	});

	it('is active while it is locked', () => {
		expect(sessionStatus({ isLocked: true, meta, lastTurn: null, race: 'completed' }).status).toBe('active');
	});
});

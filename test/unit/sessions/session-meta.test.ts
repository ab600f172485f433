import { describe, expect, it } from 'vitest';
import { lastingId } from '../../../src/sessions/session-meta.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../helpers/fake-session-meta.ts';

describe('the id that names the work', () => {
	it('is the finished one until something is sent in the session that continues it', () => {
		const child = { id: 'B', parent: 'A', turn_count: 0 };
		expect(lastingId(fakeSessionMeta(child))).toBe('A');
		expect(lastingId(fakeSessionMeta({ ...child, turn_count: 1 }))).toBe('B');
		expect(lastingId(fakeSessionMeta({ ...child, checkpoint: fakeCheckpoint() }))).toBe('B');
		expect(lastingId(fakeSessionMeta({ id: 'A', parent: null, turn_count: 0 }))).toBe('A');
	});
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSessionIds, parseSessionId } from '../../../src/core/ids.ts';

describe('session ids', () => {
	it('rise with every call, also when the clock steps back', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { minLength: 2, maxLength: 30 }),
				(times) => {
					let at = 0;
					const next = createSessionIds(() => times[at++] ?? 0);
					const ids = times.map(() => next(null));
					expect([...ids].sort()).toEqual(ids);
					expect(new Set(ids).size).toBe(ids.length);
				},
			),
		);
	});

	it('lie above the newest one on disk', () => {
		const newest = parseSessionId('7ZZZZZZZZZ000000000000000Z');
		const id = createSessionIds(() => 1)(newest);
		expect(id).toBe('7ZZZZZZZZZ0000000000000010');
	});

	it.each([
		'',
		'latest',
		'../../etc',
		'01JD',
		'8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
		'01JD0000000000000000000U00',
		'01JD0000000000000000000000\n',
	])('are never read from other text: %j', (text) => {
		expect(parseSessionId(text)).toBeNull();
	});
});

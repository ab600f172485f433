import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from '../../../src/config/nearest-name.ts';

describe('nearestName', () => {
	it('finds a name with one wrong, missing or swapped letter', () => {
		const names = ['idle_s', 'timeout_s', 'linger_s'];
		expect(nearestName('idel_s', names)).toBe('idle_s');
		expect(nearestName('timeot_s', names)).toBe('timeout_s');
		expect(nearestName('LINGER_s', names)).toBe('linger_s');
	});

	it('suggests nothing for a word that is like none', () => {
		expect(nearestName('colour', ['idle_s', 'timeout_s'])).toBeNull();
		expect(nearestName('x', [])).toBeNull();
	});
});

describe('editDistance', () => {
	it('is zero only between equal texts, symmetric, and at most the longer length', () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
				const distance = editDistance(one, other);
				expect(distance).toBe(editDistance(other, one));
				expect(distance === 0).toBe(one === other);
				expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
			}),
		);
	});
});

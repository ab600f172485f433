import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitEnd } from '../../../src/limits/back-off.ts';

const NOW = Date.UTC(2026, 10, 21, 9);
const MINUTE = 60_000;
const minutesFor = (kind: 'window' | 'rate', strikes: number) =>
	(limitEnd({ kind, resetAt: null }, strikes, NOW).until - NOW) / MINUTE;

describe('limitEnd', () => {
	it('is the reported reset', () => {
		expect(limitEnd({ kind: 'window', resetAt: NOW + 5 }, 1, NOW)).toEqual({
			until: NOW + 5,
			isEstimated: false,
		});
	});

	it('is a minute from now when the reset has passed', () => {
		expect(limitEnd({ kind: 'window', resetAt: NOW }, 1, NOW)).toEqual({
			until: NOW + MINUTE,
			isEstimated: true,
		});
	});

	it('doubles from 5 minutes to 5 hours for windows and quotas, from 1 to 15 minutes for the rest', () => {
		expect([1, 2, 3, 6, 7, 8, 2000].map((strikes) => minutesFor('window', strikes))).toEqual([
			5, 10, 20, 160, 300, 300, 300,
		]);
		expect([1, 2, 3, 4, 5, 2000].map((strikes) => minutesFor('rate', strikes))).toEqual([1, 2, 4, 8, 15, 15]);
		expect(limitEnd({ kind: 'quota', resetAt: null }, 1, NOW).until).toBe(NOW + 5 * MINUTE);
		expect(limitEnd({ kind: 'overloaded', resetAt: null }, 1, NOW).until).toBe(NOW + MINUTE);
	});

	it('is a day for what waits for a person, however often it was met', () => {
		for (const strikes of [1, 2, 9])
			expect(limitEnd({ kind: 'billing', resetAt: null }, strikes, NOW)).toEqual({
				until: NOW + 24 * 60 * MINUTE,
				isEstimated: true,
			});
		expect(limitEnd({ kind: 'billing', resetAt: NOW + MINUTE }, 1, NOW).until).toBe(NOW + MINUTE);
	});

	it('always lies ahead and is a date, whatever number was reported', () => {
		fc.assert(
			fc.property(fc.option(fc.double()), fc.integer({ min: 1, max: 50 }), (resetAt, strikes) => {
				const { until } = limitEnd({ kind: 'rate', resetAt }, strikes, NOW);
				expect(until).toBeGreaterThanOrEqual(NOW);
				expect(Number.isNaN(new Date(until).getTime())).toBe(false);
			}),
		);
	});
});

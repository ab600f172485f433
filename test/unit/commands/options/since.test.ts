import { describe, expect, it } from 'vitest';
import { readSince } from '../../../../src/commands/options/since.ts';

/** A Wednesday. */
const NOW = new Date(2026, 10, 25, 14, 30).getTime();
const HOUR = 3_600_000;
const day = (date: number) => new Date(2026, 10, date).getTime();

describe('since when a summary is asked for', () => {
	it.each([
		['48h', NOW - 48 * HOUR],
		['7d', NOW - 7 * 24 * HOUR],
		['1w', NOW - 7 * 24 * HOUR],
		['2W', NOW - 14 * 24 * HOUR],
		['since 48h', NOW - 48 * HOUR],
		['since Monday', day(23)],
		['  Since   monday ', day(23)],
		['wednesday', day(25)],
		['thursday', day(19)],
		['since 2026-11-20', day(20)],
	])('is read from %j', (typed, at) => {
		expect(readSince(typed).at(NOW)).toBe(at);
	});

	it.each(['', 'since', 'someday', '2026-13-40', '1000w', '-1d', 'monday tuesday', '7x'])(
		'is refused as %j, with what it may be',
		(typed) => {
			expect(() => readSince(typed)).toThrow(/A summary takes/);
		},
	);
});

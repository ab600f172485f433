import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/config/duration.ts';

describe('parseDuration', () => {
	it.each([
		['6h', 21_600],
		['90s', 90],
		['5 min', 300],
		['1h 30m', 5400],
		['1h30m', 5400],
		['2d', 172_800],
		['0.5h', 1800],
		['45', 45],
		[' 10 S ', 10],
	])('reads %j as %d seconds', (text, seconds) => {
		expect(parseDuration(text)).toBe(seconds);
	});

	it.each(['', 'soon', '6 hours later', '-5s', '5x', 's', '1h 30', '1e3'])('does not read %j', (text) => {
		expect(parseDuration(text)).toBeNull();
	});
});

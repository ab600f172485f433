import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../src/agents/events.ts';
import { describeDistance, describeLimit, describeTime } from '../../../src/limits/describe-limit.ts';

const NOW = Date.UTC(2026, 10, 21, 8, 57);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const zone = { now: NOW, timeZone: 'UTC' };
const limit: Limit = {
	kind: 'window',
	resetAt: NOW + 72 * MINUTE,
	window: 'five_hour',
	scope: 'account',
	source: { channel: 'event', rule: 'claude:rate_limit_event.rejected', excerpt: '{"status":"rejected"}' },
	confidence: 'exact',
};

describe('describeLimit', () => {
	it('says kind, window, reset as local and relative time, and the evidence', () => {
		expect(describeLimit(limit, zone)).toEqual({
			what: '5-hour window used up',
			summary: '5-hour window used up, resets 10:09 (in 1 h 12 min)',
			evidence: 'claude:rate_limit_event.rejected on event: {"status":"rejected"}',
		});
		expect(describeLimit(limit, { ...zone, timeZone: 'Asia/Tokyo' }).summary).toContain(
			'resets 19:09 (in 1 h 12 min)',
		);
	});

	it('says when a time is the relay’s own estimate, when none is known, and when only a model is meant', () => {
		const none: Limit = { ...limit, kind: 'rate', resetAt: null, window: null, scope: 'model' };
		expect(describeLimit(none, zone).summary).toBe('too many requests, this model only, reset not reported');
		expect(describeLimit(none, { ...zone, until: NOW + MINUTE, isEstimated: true }).summary).toBe(
			'too many requests, this model only, tried again from 08:58 (in 1 min)',
		);
	});

	it('says that a balance waits for a person', () => {
		const none: Limit = { ...limit, kind: 'billing', resetAt: null, window: null };
		const until = NOW + 24 * HOUR;
		expect(describeLimit(none, { ...zone, until, isEstimated: true }).summary).toBe(
			'no credit left, until you change it; tried again from Sun 22 Nov, 08:57 (in 1 d)',
		);
	});
});

describe('describeTime', () => {
	it('names the day when it is not today, and the year when it is another', () => {
		expect(describeTime(NOW + 51 * HOUR, zone)).toBe('Mon 23 Nov, 11:57 (in 2 d 3 h)');
		expect(describeTime(Date.UTC(2027, 0, 2, 0, 5), zone)).toBe('Sat 2 Jan 2027, 00:05 (in 41 d 16 h)');
	});
});

describe('describeDistance', () => {
	it.each([
		[0, 'now'],
		[45_000, 'in 45 s'],
		[59_999, 'in 1 min'],
		[HOUR, 'in 1 h'],
		[HOUR - 1, 'in 1 h'],
		[23 * HOUR + 59.5 * MINUTE, 'in 1 d'],
		[25 * HOUR, 'in 1 d 1 h'],
		[-2 * MINUTE, '2 min ago'],
	])('%d ms is %s', (ms, text) => {
		expect(describeDistance(ms)).toBe(text);
	});
});

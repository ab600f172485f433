import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDuration, toldDelay, toldReset } from '../../../src/agents/told-reset.ts';

/** A Saturday; Berlin shows 09:00, New York 03:00. */
const NOW = Date.parse('2026-11-21T08:00:00Z');
const told = (text: string, now = NOW) => {
	const at = toldReset(text, now);
	return at === null ? null : new Date(at).toISOString();
};

describe('a reset in words', () => {
	it.each([
		['Claude AI usage limit reached|1795255786', '2026-11-21T10:09:46.000Z'],
		["You've hit your session limit · resets 10:09am (UTC)", '2026-11-21T10:09:00.000Z'],
		["You've hit your limit · resets 3pm (Europe/Berlin)", '2026-11-21T14:00:00.000Z'],
		['5-hour limit reached ∙ resets 7am (Asia/Tokyo)', '2026-11-21T22:00:00.000Z'],
		['Your limit will reset at 9am (America/Chicago).', '2026-11-21T15:00:00.000Z'],
		["You've hit your limit · resets 12am (UTC)", '2026-11-22T00:00:00.000Z'],
		["You've hit your limit · resets 12pm (UTC)", '2026-11-21T12:00:00.000Z'],
		["You've hit your Opus limit · resets Nov 23, 7:54am (UTC)", '2026-11-23T07:54:00.000Z'],
		["You've hit your limit · resets Apr 23 at 4pm (America/Recife)", '2027-04-23T19:00:00.000Z'],
		['Weekly limit reached ∙ resets Mon 9am (UTC)', '2026-11-23T09:00:00.000Z'],
		['Weekly limit reached ∙ resets Sat 9am (UTC)', '2026-11-21T09:00:00.000Z'],
		['Weekly limit reached ∙ resets Saturday at 7am (UTC)', '2026-11-28T07:00:00.000Z'],
		['resets tomorrow at 3pm (UTC)', '2026-11-22T15:00:00.000Z'],
		['try again at Oct 5th, 2025 1:04 PM UTC', '2025-10-05T13:04:00.000Z'],
		['resets at 2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
		['resets at 2026-11-22 15:30 UTC', '2026-11-22T15:30:00.000Z'],
		['resets at 15:30 (UTC)', '2026-11-21T15:30:00.000Z'],
		['or try again in 3 days 4 hours 12 minutes.', '2026-11-24T12:12:00.000Z'],
		['try again in 2 hours and 5 minutes', '2026-11-21T10:05:00.000Z'],
		['Your quota will reset after 3h12m5s.', '2026-11-21T11:12:05.000Z'],
		['Please retry in 34.5s.', '2026-11-21T08:00:34.500Z'],
		['{"error":{"resets_at":1795255786,"resets_in_seconds":7786}}', '2026-11-21T10:09:46.000Z'],
	])('%s', (text, at) => {
		expect(told(text)).toBe(at);
	});

	it.each([
		'Try again later.',
		'resets soon',
		'resets 3 times',
		'resets 25:00 (UTC)',
		'resets 13pm (UTC)',
		'resets 10:99 (UTC)',
		'try again in a few minutes',
		'try again in 9000 days',
		'resets at 2199-01-01T00:00:00Z',
		'limit reached|9999999999',
		'at 3pm (UTC)',
		'',
	])('%j names none', (text) => {
		expect(told(text)).toBeNull();
	});

	it('is of this machine when no zone, or none that exists, is named', () => {
		const now = new Date(2026, 10, 21, 8, 0).getTime();
		expect(toldReset('resets 3pm', now)).toBe(new Date(2026, 10, 21, 15, 0).getTime());
		expect(toldReset('resets 3pm (Middle/Earth)', now)).toBe(new Date(2026, 10, 21, 15, 0).getTime());
		expect(toldReset('try again at Nov 24th, 2026 7:50 AM.', now)).toBe(
			new Date(2026, 10, 24, 7, 50).getTime(),
		);
	});

	it('that was named just before and read just after is not a day ahead', () => {
		expect(told('resets 7:58am (UTC)')).toBe('2026-11-21T07:58:00.000Z');
		expect(told('resets 11:59pm (UTC)', Date.parse('2026-11-22T00:00:05Z'))).toBe('2026-11-21T23:59:00.000Z');
		expect(told('resets 7am (UTC)')).toBe('2026-11-22T07:00:00.000Z');
	});

	it('keeps its hour across the change to and from summer time', () => {
		const spring = Date.parse('2027-03-27T20:00:00Z');
		expect(told('resets 9am (Europe/Berlin)', spring)).toBe('2027-03-28T07:00:00.000Z');
		const autumn = Date.parse('2026-10-24T20:00:00Z');
		expect(told('resets 9am (Europe/Berlin)', autumn)).toBe('2026-10-25T08:00:00.000Z');
		expect(told('resets 1:30am (Europe/Berlin)', autumn)).toBe('2026-10-24T23:30:00.000Z');
	});

	it('without a date is never more than a day ahead, whatever the zone', () => {
		const zones = fc.constantFrom(
			'UTC',
			'Europe/Berlin',
			'Asia/Kolkata',
			'Pacific/Auckland',
			'America/St_Johns',
		);
		const clock = fc.tuple(
			fc.integer({ min: 1, max: 12 }),
			fc.integer({ min: 0, max: 59 }),
			fc.constantFrom('am', 'pm'),
		);
		fc.assert(
			fc.property(
				zones,
				clock,
				fc.integer({ min: 0, max: 400 * 24 }),
				(zone, [hour, minute, half], hours) => {
					const now = NOW + hours * 3600_000;
					const at =
						toldReset(`resets ${hour}:${String(minute).padStart(2, '0')}${half} (${zone})`, now) ?? 0;
					expect(at).toBeGreaterThan(now - 11 * 60_000);
					expect(at).toBeLessThan(now + 26 * 3600_000);
					const shown = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeStyle: 'short' }).format(at);
					const skipped = /Berlin|Auckland|Johns/.test(zone) && half === 'am' && hour <= 3;
					if (!skipped)
						expect(shown.replace(/\s/g, ' ')).toBe(
							`${hour}:${String(minute).padStart(2, '0')} ${half.toUpperCase()}`,
						);
				},
			),
			{ numRuns: 50 },
		);
	});
});

describe('a delay in words', () => {
	it.each([
		['3 days 4 hours 12 minutes', ((3 * 24 + 4) * 60 + 12) * 60_000],
		['2 days, 3 hours and 1 minute', ((2 * 24 + 3) * 60 + 1) * 60_000],
		['1h30m', 5_400_000],
		['250ms', 250],
		['1.5 seconds', 1500],
		['1 week', 7 * 24 * 3600_000],
		['9 may', null],
		['3pm', null],
		['soon', null],
	])('%j is %j ms', (text, delayMs) => {
		expect(readDuration(text)).toBe(delayMs);
	});

	it.each([
		['rate limit exceeded: Please try again in 9s.', 9000],
		['Retrying after 6173ms...', 6173],
		['try again at 3pm', null],
	])('%s announces %j ms', (text, delayMs) => {
		expect(toldDelay(text)).toBe(delayMs);
	});
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDuration } from '../../../../src/agents/reading/reported-duration.ts';
import {
	readReportedTime,
	reportedDelay,
	reportedReset,
} from '../../../../src/agents/reading/reported-reset.ts';
import { growthOf, LINEAR } from '../../../helpers/growth.ts';

/** A Saturday; Berlin shows 09:00, New York 03:00. */
const NOW = Date.parse('2026-11-21T08:00:00Z');
const resetIn = (text: string, now = NOW) => {
	const at = reportedReset(text, now);
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
		// Offsets and letters.
		['It will reset at 2026-12-29 23:59:59 +0800 CST. We recommend', '2026-12-29T15:59:59.000Z'],
		['resets at 2026-12-29 23:59:59 +08:00', '2026-12-29T15:59:59.000Z'],
		['resets at 2026-12-29T23:59:59+0800', '2026-12-29T15:59:59.000Z'],
		['resets 10:30am (GMT-3)', '2026-11-21T13:30:00.000Z'],
		['resets 10:30 GMT-3', '2026-11-21T13:30:00.000Z'],
		['resets at 13:00 UTC+5:30', '2026-11-22T07:30:00.000Z'],
		['resets 9pm CST (UTC+8)', '2026-11-21T13:00:00.000Z'],
		['resets 4am EST', '2026-11-21T09:00:00.000Z'],
		['resets 4am PST', '2026-11-21T12:00:00.000Z'],
		['resets 4am (PDT)', '2026-11-21T11:00:00.000Z'],
		['resets 6pm JST', '2026-11-21T09:00:00.000Z'],
		['resets at midnight Pacific time', '2026-11-21T08:00:00.000Z'],
		['resets at midnight UTC', '2026-11-22T00:00:00.000Z'],
		['resets at noon (Europe/Berlin)', '2026-11-21T11:00:00.000Z'],
		// Dates.
		['You will regain access on 2026-12-01 at 00:00 UTC.', '2026-12-01T00:00:00.000Z'],
		['Your quota will be refreshed on 1 December 2026 at 08:15:30 UTC', '2026-12-01T08:15:30.000Z'],
		['available again at December 3rd, 2026 3:04:05 PM UTC', '2026-12-03T15:04:05.000Z'],
		['locked until 2026/12/01 00:00:00 UTC', '2026-12-01T00:00:00.000Z'],
		['resets next Monday at 9am (UTC)', '2026-11-23T09:00:00.000Z'],
		['您的限额将在 2026-11-21 20:00:00 +0800 重置', '2026-11-21T12:00:00.000Z'],
		['将在 2026年12月1日 00:00:00 +0800 重置', '2026-11-30T16:00:00.000Z'],
		// Waits.
		['Please wait 463 hours 23 minutes before trying again', '2026-12-10T15:23:00.000Z'],
		['Please wait 62183 seconds before retrying.', '2026-11-22T01:16:23.000Z'],
		['try again in less than a minute', '2026-11-21T08:01:00.000Z'],
		['try again in about an hour', '2026-11-21T09:00:00.000Z'],
		['Resets in 34m13s.', '2026-11-21T08:34:13.000Z'],
		['Retry-After: 7200', '2026-11-21T10:00:00.000Z'],
		['请等待 30 分钟后重试', '2026-11-21T08:30:00.000Z'],
		['请在 3 小时后重试', '2026-11-21T11:00:00.000Z'],
		['请3小时20分钟后再试', '2026-11-21T11:20:00.000Z'],
		['请求过多，60 秒后重试', '2026-11-21T08:01:00.000Z'],
		['Try again in 1 hour, 5 minutes', '2026-11-21T09:05:00.000Z'],
		['try again in an hour and 5 minutes', '2026-11-21T09:05:00.000Z'],
		['wait 30 more minutes', '2026-11-21T08:30:00.000Z'],
		['retryDelay: 35s', '2026-11-21T08:00:35.000Z'],
		['X-RateLimit-Reset: 3600', '2026-11-21T09:00:00.000Z'],
		['x-ratelimit-reset-requests: 6m0s', '2026-11-21T08:06:00.000Z'],
		// A weekday before the date says nothing of its own.
		['Retry-After: Sat, 21 Nov 2026 10:00:00 GMT', '2026-11-21T10:00:00.000Z'],
		['resets on Monday, December 7 at 9am (UTC)', '2026-12-07T09:00:00.000Z'],
		['resets 11:30 PM (CST, UTC+8)', '2026-11-21T15:30:00.000Z'],
		// Other words before it, and thousands.
		['You will be able to use it again at 21:00 UTC', '2026-11-21T21:00:00.000Z'],
		['You can continue at 6pm GMT-3', '2026-11-21T21:00:00.000Z'],
		['Come back after 18:00 (GMT-03:00)', '2026-11-21T21:00:00.000Z'],
		['The limit lifts at 21:00 UTC', '2026-11-21T21:00:00.000Z'],
		['Try again in 1,210 seconds', '2026-11-21T08:20:10.000Z'],
		// Chinese clocks.
		['限额将在明天8点 (UTC) 重置', '2026-11-22T08:00:00.000Z'],
		['将于北京时间 2026-12-01 00:00:00 恢复', '2026-11-30T16:00:00.000Z'],
		['将在2026年12月1日下午3点30分（北京时间）重置', '2026-12-01T07:30:00.000Z'],
		// Epoch numbers.
		['retry after 1795255786', '2026-11-21T10:09:46.000Z'],
		['will reset after 1795255786', '2026-11-21T10:09:46.000Z'],
		['quota reset at 1795255786', '2026-11-21T10:09:46.000Z'],
		['limit reached|1795255786123', '2026-11-21T10:09:46.123Z'],
		['"X-RateLimit-Reset":"1795255786000"', '2026-11-21T10:09:46.000Z'],
		['{"resetAt": 1795255786}', '2026-11-21T10:09:46.000Z'],
	])('%s', (text, at) => {
		expect(resetIn(text)).toBe(at);
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
		'please wait before trying again',
		'exceeded retry limit, last status: 429 Too Many Requests',
		'resets in 401 days',
		'reset 12345678',
		'The token expires at 3pm',
		'presets 3pm',
	])('%j names none', (text) => {
		expect(resetIn(text)).toBeNull();
	});

	it('is of this machine when no zone, or none that exists, is named', () => {
		const now = new Date(2026, 10, 21, 8, 0).getTime();
		expect(reportedReset('resets 3pm', now)).toBe(new Date(2026, 10, 21, 15, 0).getTime());
		expect(reportedReset('resets 3pm (Middle/Earth)', now)).toBe(new Date(2026, 10, 21, 15, 0).getTime());
		expect(reportedReset('try again at Nov 24th, 2026 7:50 AM.', now)).toBe(
			new Date(2026, 10, 24, 7, 50).getTime(),
		);
	});

	it('with letters for several places is in this machine’s zone', () => {
		const now = new Date(2026, 10, 21, 8, 0).getTime();
		for (const letters of ['CST', 'IST', 'XYZT'])
			expect(reportedReset(`resets 3pm ${letters}`, now)).toBe(new Date(2026, 10, 21, 15, 0).getTime());
	});

	it('with an offset is read alike whatever its form', () => {
		const offsets = fc.tuple(
			fc.constantFrom('+', '-'),
			fc.integer({ min: 0, max: 13 }),
			fc.constantFrom(0, 30, 45),
		);
		const clock = fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59));
		const two = (number: number) => String(number).padStart(2, '0');
		fc.assert(
			fc.property(offsets, clock, ([sign, hours, minutes], [hour, minute, second]) => {
				const time = `2026-12-24 ${two(hour)}:${two(minute)}:${two(second)}`;
				const at = Date.parse(`${time.replace(' ', 'T')}${sign}${two(hours)}:${two(minutes)}`);
				const forms = [
					`${sign}${two(hours)}${two(minutes)}`,
					`${sign}${two(hours)}:${two(minutes)}`,
					`GMT${sign}${hours}:${two(minutes)}`,
					`(UTC${sign}${two(hours)}:${two(minutes)})`,
				];
				for (const form of forms) expect(reportedReset(`resets at ${time} ${form}`, NOW), form).toBe(at);
			}),
			{ numRuns: 60 },
		);
	});

	it.each(['resets ', 'try again in 1 ', 'wait 3 hours, ', 'retry after ', 'until at on '])(
		'takes no more than as much longer as the text is longer: %j',
		(piece) => {
			expect(growthOf((pieces) => void reportedReset(piece.repeat(pieces), NOW))).toBeLessThan(LINEAR);
		},
	);

	it('that was named just before and read just after is not a day ahead', () => {
		expect(resetIn('resets 7:58am (UTC)')).toBe('2026-11-21T07:58:00.000Z');
		expect(resetIn('resets 11:59pm (UTC)', Date.parse('2026-11-22T00:00:05Z'))).toBe(
			'2026-11-21T23:59:00.000Z',
		);
		expect(resetIn('resets 7am (UTC)')).toBe('2026-11-22T07:00:00.000Z');
	});

	it('keeps its hour across the change to and from summer time', () => {
		const spring = Date.parse('2027-03-27T20:00:00Z');
		expect(resetIn('resets 9am (Europe/Berlin)', spring)).toBe('2027-03-28T07:00:00.000Z');
		const autumn = Date.parse('2026-10-24T20:00:00Z');
		expect(resetIn('resets 9am (Europe/Berlin)', autumn)).toBe('2026-10-25T08:00:00.000Z');
		expect(resetIn('resets 1:30am (Europe/Berlin)', autumn)).toBe('2026-10-24T23:30:00.000Z');
	});

	it.each([
		['first', 'resets 2:30am (Europe/Berlin)', '2026-10-24T20:00:00Z', '2026-10-25T00:30:00.000Z'],
		['first', 'resets 1:30am (America/New_York)', '2026-10-31T20:00:00Z', '2026-11-01T05:30:00.000Z'],
		['no', 'resets 2:30am (America/New_York)', '2027-03-14T03:00:00Z', '2027-03-14T07:30:00.000Z'],
		['no', 'resets 2:30am (Europe/Berlin)', '2027-03-27T22:00:00Z', '2027-03-28T01:30:00.000Z'],
		['one', 'resets 3:30am (Europe/Berlin)', '2026-10-24T20:00:00Z', '2026-10-25T02:30:00.000Z'],
	])('of the hour that the clocks change has its %s time: %s', (_which, text, now, at) => {
		expect(resetIn(text, Date.parse(now))).toBe(at);
	});

	it.each([
		['2026-12-29 23:59:59 +0800 CST', '2026-12-29T15:59:59.000Z'],
		['Sat, 28 Nov 2026 16:30:00 GMT', '2026-11-28T16:30:00.000Z'],
		['2030-01-01T00:00:00Z', '2030-01-01T00:00:00.000Z'],
		['in 3 hours', '2026-11-21T11:00:00.000Z'],
		['2h5m', '2026-11-21T10:05:00.000Z'],
		['soon', null],
		['2026-99-99T99:99:99Z', null],
	])('that is a whole field is read as it is: %s', (text, at) => {
		const read = readReportedTime(text, NOW);
		expect(read === null ? null : new Date(read).toISOString()).toBe(at);
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
						reportedReset(`resets ${hour}:${String(minute).padStart(2, '0')}${half} (${zone})`, now) ?? 0;
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
		expect(reportedDelay(text)).toBe(delayMs);
	});
});

import { describe, expect, it } from 'vitest';
import {
	describeCost,
	formatAgo,
	formatBytes,
	formatCost,
	formatCount,
	formatDuration,
} from '../../../src/ui/quantities.ts';

describe('quantities', () => {
	it.each([
		[0, '0 ms'],
		[840, '840 ms'],
		[12_300, '12.3 s'],
		[59_949, '59.9 s'],
		[59_960, '1 min'],
		[245_000, '4 min 5 s'],
		[7_800_000, '2 h 10 min'],
		[86_400_000 * 3 + 3_600_000 * 4, '3 d 4 h'],
	])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

	it.each([
		[12, '12 B'],
		[1536, '1.5 KB'],
		[41_943_040, '40 MB'],
	])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

	it.each([
		[950, '950'],
		[1000, '1k'],
		[1234, '1.2k'],
		[33_600, '34k'],
		[999_600, '1M'],
		[1_234_000, '1.2M'],
	])('%i is %s', (count, text) => expect(formatCount(count)).toBe(text));

	it('shows small costs with the digits that matter, and marks estimates', () => {
		expect([formatCost(0.0042), formatCost(0.131), formatCost(0), formatCost(2, true)]).toEqual([
			'$0.0042',
			'$0.13',
			'$0.00',
			'~$2.00',
		]);
	});

	it('names the day of the prices behind an estimate, where the record has it', () => {
		const estimate = { cost_usd: 0.131, cost_source: 'estimated', prices_as_of: '2025-11-30' } as const;
		expect(describeCost(estimate)).toBe('~$0.13 (prices of 2025-11-30)');
		expect(describeCost({ ...estimate, prices_as_of: undefined })).toBe('~$0.13');
		expect(describeCost({ cost_usd: 0.131, cost_source: 'reported' })).toBe('$0.13');
		expect(describeCost({ ...estimate, cost_usd: null })).toBe('');
	});

	it('says how long ago', () => {
		expect([30_000, 300_000, 7_200_000, 200_000_000].map((span) => formatAgo(0, span))).toEqual([
			'just now',
			'5 min ago',
			'2 h ago',
			'2 d ago',
		]);
	});
});

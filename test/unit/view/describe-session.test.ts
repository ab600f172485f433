import { describe, expect, it } from 'vitest';
import { describeKind, describeUsage } from '../../../src/view/describe-session.ts';
import { fakeSessionMeta } from '../../helpers/fake-session-meta.ts';

describe('a session in a listing', () => {
	it.each([
		['run', null, ''],
		['shell', '01JD00000000000000000RACE0', ''],
		['chat', null, 'chat'],
		['race', null, 'race'],
		['race', '01JD00000000000000000RACE0', 'entrant of 0RACE0'],
	] as const)('of kind %s with parent %s is called "%s"', (kind, parent, called) => {
		expect(describeKind({ kind, parent })).toBe(called);
	});
});

describe('the usage of a session', () => {
	const usage = fakeSessionMeta().usage;

	it('is empty where no agent told any', () => {
		expect(describeUsage(usage)).toBe('');
	});

	it('counts what came from caches as read, and marks an estimated cost', () => {
		const told = { ...usage, input_tokens: 900, cache_read_tokens: 100, output_tokens: 50 };
		expect(describeUsage(told)).toBe('1k in 50 out');
		expect(describeUsage({ ...told, cost_usd: 0.02, cost_source: 'estimated' })).toBe(
			'1k in 50 out · ~$0.02',
		);
		expect(describeUsage({ ...told, cost_usd: 0.02, cost_source: 'reported' })).toBe('1k in 50 out · $0.02');
		expect(describeUsage({ ...told, cost_usd: 0.02, cost_source: 'mixed', prices_as_of: '2025-11-30' })).toBe(
			'1k in 50 out · ~$0.02 (prices of 2025-11-30)',
		);
	});
});

import { expect, it } from 'vitest';
import { resetFromHeaders } from '../../../../src/agents/evidence/reset-headers.ts';

const NOW = Date.parse('2026-11-28T09:00:00Z');

it.each([
	['retry-after', 2 ** 53],
	['retry-after-ms', 1e20],
	['x-ratelimit-reset', '99999999999999999'],
])('reports no end that is in no calendar: %s %s', (name, value) => {
	expect(resetFromHeaders({ [name]: value }, NOW)).toBeNull();
});

it('takes the next header if the first reports none', () => {
	expect(resetFromHeaders({ 'Retry-After': 2 ** 53, 'X-RateLimit-Reset': '60' }, NOW)).toBe(NOW + 60_000);
});

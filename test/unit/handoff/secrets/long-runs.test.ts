import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasLongRun } from '../../../../src/handoff/secrets/long-runs.ts';

const SLOW = /[\w+/=.~$:|%@-]{16,}/;
const runs = fc.string({ unit: fc.constantFrom(...'aZ09_+/=.~$:|%@-'), maxLength: 20 });
const gaps = fc.constantFrom(' ', '\n', '"', 'é', '(', '', '検');

describe('hasLongRun', () => {
	it('finds every run that the patterns of keys can match, and no other', () => {
		const texts = fc.array(fc.tuple(runs, gaps), { maxLength: 8 }).map((parts) => parts.flat().join(''));
		fc.assert(
			fc.property(texts, (text) => {
				expect(hasLongRun(text)).toBe(SLOW.test(text));
			}),
			{ numRuns: 3_000 },
		);
	});

	it('finds one at any place', () => {
		for (let before = 0; before < 40; before++) {
			expect(hasLongRun(`${' '.repeat(before)}${'x'.repeat(16)} `)).toBe(true);
			expect(hasLongRun(`${' '.repeat(before)}${'x'.repeat(15)} `)).toBe(false);
		}
	});
});

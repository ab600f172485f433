import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	describeWarning,
	type GaugeMarks,
	markBetween,
	nextMark,
} from '../../../../src/workstreams/gauge/gauge.ts';

const MARKS: GaugeMarks = { warn_first: 80, warn_second: 100, warn_every: 25 };

/** Where the gauge warns on the way to `calls`, one call after the other. */
function warnedUpTo(calls: number, marks: GaugeMarks): number[] {
	return Array.from({ length: calls }, (_, before) => markBetween(before, before + 1, marks)).flatMap(
		(mark) => mark ?? [],
	);
}

describe('the context gauge', () => {
	it('warns at 80 calls, at 100, and then each 25', () => {
		expect(warnedUpTo(180, MARKS)).toEqual([80, 100, 125, 150, 175]);
	});

	it('can be set, and switched off mark by mark', () => {
		expect(warnedUpTo(30, { warn_first: 3, warn_second: 5, warn_every: 10 })).toEqual([3, 5, 15, 25]);
		expect(warnedUpTo(200, { ...MARKS, warn_every: 0 })).toEqual([80, 100]);
		expect(warnedUpTo(200, { warn_first: 0, warn_second: 100, warn_every: 0 })).toEqual([100]);
		expect(warnedUpTo(30, { warn_first: 0, warn_second: 0, warn_every: 0 })).toEqual([]);
		// Set the wrong way round they are the same two marks.
		expect(warnedUpTo(130, { warn_first: 100, warn_second: 80, warn_every: 25 })).toEqual([80, 100, 125]);
	});

	it('warns of each mark once, however many calls come at a time, and always knows the next one', () => {
		const mark = fc.integer({ min: 0, max: 60 });
		const marks = fc.record({ warn_first: mark, warn_second: mark, warn_every: mark });
		fc.assert(
			fc.property(marks, fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }), (set, steps) => {
				const all = warnedUpTo(360, set);
				let calls = 0;
				const warned: number[] = [];
				for (const step of steps) {
					expect(nextMark(calls, set)).toBe(all.find((one) => one > calls) ?? nextMark(360, set));
					const reached = markBetween(calls, calls + step, set);
					calls += step;
					if (reached !== null) warned.push(reached);
				}
				expect(new Set(warned).size).toBe(warned.length);
				for (const one of warned) expect(all).toContain(one);
				expect(warned.at(-1) ?? null).toBe(all.findLast((one) => one <= calls) ?? null);
			}),
		);
	});

	it('says what was done in one line', () => {
		expect(describeWarning('auth', { calls: 80, tokens: 1_240_000 })).toMatch(
			/^80 tool calls, 1\.2M tokens since the workstream auth was saved; /,
		);
		expect(describeWarning('auth', { calls: 1, tokens: 0 })).toMatch(/^1 tool call since /);
	});
});

import { expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../../src/config/defaults.ts';
import { markBetween } from '../../../../src/workstreams/gauge/gauge.ts';

const due = (calls: number, warned: number) => markBetween(warned, calls, DEFAULT_CONFIG.ws);

function warningsUpTo(calls: number): number[] {
	const given: number[] = [];
	for (let count = 1; count <= calls; count++) {
		const mark = due(count, given.at(-1) ?? 0);
		if (mark !== null) given.push(mark);
	}
	return given;
}

it('warns once at 80 calls, once at 100, and then once each 25', () => {
	expect(warningsUpTo(79)).toEqual([]);
	expect(warningsUpTo(176)).toEqual([80, 100, 125, 150, 175]);
});

it('gives one warning for calls that were counted at once', () => {
	expect(due(131, 0)).toBe(125);
	expect(due(131, 125)).toBeNull();
});

import { describe, expect, it } from 'vitest';
import { keyHint, NO_KEYS, pressKey } from '../../../../src/view/race/race-keys.ts';

/** The actions that a run of keys leads to. */
function press(keys: string, count: number) {
	let state = NO_KEYS;
	return [...keys].flatMap((key) => {
		const answer = pressKey(state, key, count);
		state = answer.keys;
		return answer.action === null ? [] : [answer.action];
	});
}

const stop = (number: number) => ({ type: 'stop', number });

describe('the keys of a race', () => {
	it.each([
		['x2', 3, [stop(2)]],
		['X2', 3, [stop(2)]],
		['2', 3, []],
		['x9', 3, []],
		['x0', 3, []],
		['x1', 12, []],
		['x1\r', 12, [stop(1)]],
		['x12', 12, [stop(12)]],
		['x13', 12, []],
		['x2', 12, [stop(2)]],
		['x\r2', 3, []],
		['xq2', 3, []],
		['x1x2', 3, [stop(1), stop(2)]],
	])('%j with %i entrants', (keys, count, actions) => {
		expect(press(keys, count)).toEqual(actions);
	});

	it('interrupt and suspend also in the middle of a number', () => {
		expect(press('x\x03', 3)).toEqual([{ type: 'interrupt' }]);
		expect(press('x\x1a2', 3)).toEqual([{ type: 'suspend' }]);
	});

	it('are told, and what is typed so far', () => {
		expect(keyHint(NO_KEYS, 3, false)).toBe('x + number stops one · Ctrl+C stops all');
		expect(keyHint({ typed: '' }, 12, false)).toContain('1-12');
		expect(keyHint({ typed: '1' }, 12, false)).toContain('1 (Enter');
		expect(keyHint(NO_KEYS, 3, true)).toContain('again');
	});
});

import { describe, expect, it } from 'vitest';
import { numbersIn, readSessionNumbers } from '../../../../src/commands/options/session-numbers.ts';

const numbers = (typed: string, count: number) => numbersIn(readSessionNumbers(typed), count);

describe('the numbers of --session', () => {
	it.each([
		['4', [4]],
		['2-3', [2, 3]],
		['1,4', [1, 4]],
		['3-4, 1, 4', [1, 3, 4]],
	])('reads %s', (typed, expected) => {
		expect(numbers(typed, 4)).toEqual(expected);
	});

	it.each([
		['5', 'There is no session 5: this conversation has 4, 1 to 4.'],
		['2-999999', 'There is no session 999999: this conversation has 4, 1 to 4.'],
		['0', 'Sessions are numbered from 1 on.'],
		['3-2', '--session 3-2 runs backwards.'],
		['two', '--session takes numbers from 1 on, not "two".'],
		['-1', '--session takes numbers from 1 on, not "-1".'],
		['1.5', '--session takes numbers from 1 on, not "1.5".'],
		['1,', '--session takes numbers from 1 on, not "1,".'],
		['', '--session takes numbers from 1 on, not "".'],
	])('refuses %s', (typed, message) => {
		expect(() => numbers(typed, 4)).toThrow(expect.objectContaining({ code: 'usage', message }));
	});

	it('says it in the singular', () => {
		expect(() => numbers('2', 1)).toThrow('There is no session 2: this conversation has one session.');
	});
});

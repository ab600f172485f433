import { expect, it } from 'vitest';
import { Interrupts } from '../../../../src/shell/input/interrupts.ts';

const RUNNING = { isRunning: true, isLineEmpty: false };
const EMPTY = { isRunning: false, isLineEmpty: true };
const TYPED = { isRunning: false, isLineEmpty: false };

function bench() {
	let now = 0;
	const interrupts = new Interrupts({ monotonic: () => now });
	return {
		interrupts,
		after: (ms: number, what: Parameters<Interrupts['press']>[0]) => {
			now += ms;
			return interrupts.press(what);
		},
	};
}

it('leaves on the second of two on an empty line', () => {
	const { after } = bench();
	expect([after(0, EMPTY), after(2001, EMPTY), after(500, EMPTY)]).toEqual([
		'ask_to_exit',
		'ask_to_exit',
		'exit',
	]);
});

it('keeps what is typed when the first of two stopped a turn, and clears it later', () => {
	const { after, interrupts } = bench();
	expect(after(0, RUNNING)).toBe('stop');
	interrupts.rest();
	expect([after(900, TYPED), after(900, TYPED), after(900, TYPED)]).toEqual([
		'keep_line',
		'keep_line',
		'put_line_aside',
	]);
});

it('never leaves because a line was cleared or a turn was stopped right before', () => {
	const { after, interrupts } = bench();
	expect([after(0, TYPED), after(100, EMPTY)]).toEqual(['put_line_aside', 'ask_to_exit']);
	expect(after(3000, RUNNING)).toBe('stop');
	interrupts.rest();
	expect(after(100, EMPTY)).toBe('ask_to_exit');
});

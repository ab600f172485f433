import { RelayError } from '../../core/errors.ts';

/** `4`, `2-3`, `1,4`, `1,3-5`: what stands in it; how far it may go is known later. */
export type NumberRanges = ReadonlyArray<readonly [from: number, to: number]>;

const RANGE = /^(\d{1,6})(?:-(\d{1,6}))?$/;
const HINT = 'For example --session 4, --session 2-3 or --session 1,4';

/** Throws RelayError `usage` for what is no number, begins at 0, or runs backwards. */
export function readSessionNumbers(typed: string): NumberRanges {
	return typed.split(',').map((part) => {
		const [, first, last] = RANGE.exec(part.trim()) ?? [];
		if (first === undefined)
			throw refused(`--session takes numbers from 1 on, not ${JSON.stringify(typed.slice(0, 60))}.`);
		const [from, to] = [Number(first), Number(last ?? first)];
		if (from < 1) throw refused('Sessions are numbered from 1 on.');
		if (to < from) throw refused(`--session ${part.trim()} runs backwards.`);
		return [from, to] as const;
	});
}

/** The numbers, each once, in order. Throws RelayError `usage` for one that is larger than `count`. */
export function numbersIn(ranges: NumberRanges, count: number): number[] {
	const most = Math.max(...ranges.map(([, to]) => to));
	if (most > count)
		throw refused(
			count === 1
				? `There is no session ${most}: this conversation has one session.`
				: `There is no session ${most}: this conversation has ${count}, 1 to ${count}.`,
		);
	const numbers = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
	return [...new Set(numbers)].sort((a, b) => a - b);
}

const refused = (message: string) => new RelayError('usage', message, { hint: HINT });

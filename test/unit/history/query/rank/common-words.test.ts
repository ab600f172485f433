import { describe, expect, it } from 'vitest';
import {
	type Candidate,
	prefixPattern,
	rankCommon,
} from '../../../../../src/history/query/rank/common-words.ts';
import { readQuery } from '../../../../../src/history/query/read-query.ts';

const queryOf = (typed: string) => {
	const { query } = readQuery(typed);
	if (query === null) throw new Error(`${typed} is nothing`);
	return query;
};

const candidates = (...texts: ReadonlyArray<string | Partial<Candidate>>): Candidate[] =>
	texts.map((one, at) => ({
		...{ id: at + 1, text: '', parts: '', weight: 1 },
		...(typeof one === 'string' ? { text: one } : one),
	}));

describe('rankCommon', () => {
	it('puts what says the word more often first, for its length', () => {
		const some = candidates('gate and more words', 'gate gate', 'gate');
		expect(rankCommon(some, queryOf('gate'), 9)).toEqual([2, 3, 1]);
	});

	it('prefers who counts for more, and of equal ones the newer', () => {
		const some = candidates('gate', { text: 'gate', weight: 1.5 }, 'gate');
		expect(rankCommon(some, queryOf('gate'), 9)).toEqual([2, 3, 1]);
		expect(rankCommon(some, queryOf('gate'), 1)).toEqual([2]);
	});

	it('lets the rarer of two words decide', () => {
		const some = candidates('gate gate gate', 'gate lock', 'gate', 'gate', 'gate');
		expect(rankCommon(some, queryOf('gate OR lock'), 1)).toEqual([2]);
	});

	it('counts words in all their forms, phrases over any marks, parts of code for half, and nothing of NOT', () => {
		const some = candidates('agate gather', { text: 'lockGate', parts: 'lock Gate' }, 'GATES');
		expect(rankCommon(some, queryOf('gate'), 2)).toEqual([3, 2]);
		expect(
			rankCommon(candidates('lock gate', 'lock, then gate', 'lock-gate lock'), queryOf('"lock gate"'), 1),
		).toEqual([1]);
		expect(rankCommon(candidates('gate', 'gate lock lock'), queryOf('gate NOT lock'), 1)).toEqual([1]);
	});
});

describe('prefixPattern', () => {
	it('finds words that begin so, in any case', () => {
		const pattern = prefixPattern(queryOf('ga*'));
		expect('The Gate, agate and (gab)'.match(pattern ?? /never/)).toEqual(['Ga', 'ga']);
	});

	it('is for one word of plain letters alone', () => {
		for (const typed of ['gate', '"ga"*', 'é*', '検*', 'a-b*', 'x AND ga*'])
			expect(prefixPattern(queryOf(typed)), typed).toBeNull();
	});
});

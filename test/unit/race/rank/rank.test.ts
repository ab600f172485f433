import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankEntrants } from '../../../../src/race/rank/rank.ts';
import type { EntrantRecord } from '../../../../src/race/record/race-record.ts';
import { fakeCheck, fakeEntrant } from '../../../helpers/fake-entrant.ts';

const passed = fakeCheck();
const failed = (failing_tests: number | null = null) =>
	fakeCheck({ status: 'failed', exit_code: 1, failing_tests });
const lines = (added: number) => ({ files: added === 0 ? 0 : 1, added, removed: 0 });

describe('the order of entrants', () => {
	it('puts passed checks before everything else, then fewer failing tests, a clean end, and a smaller change', () => {
		const { ranking, winner, verdict } = rankEntrants([
			fakeEntrant('big', { checks: [passed, passed], diff: lines(900) }),
			fakeEntrant('half-many', { checks: [passed, failed(9)], diff: lines(1) }),
			fakeEntrant('half-few', { checks: [passed, failed(2)], diff: lines(1) }),
			fakeEntrant('cut-off', { checks: [passed, passed], outcome: 'timed_out', diff: lines(2) }),
			fakeEntrant('small', { checks: [passed, passed], diff: lines(30) }),
		]);
		expect(ranking).toEqual(['small', 'big', 'cut-off', 'half-few', 'half-many']);
		expect(winner).toBe('small');
		expect(verdict).toBe(
			'small is first: both passed 2 of 2 checks, and its change is smaller (30 lines, big 900).',
		);
	});

	it('is told in the singular where it is about one line and one check', () => {
		expect(rankEntrants([fakeEntrant('only', { checks: [passed], diff: lines(1) })]).verdict).toBe(
			'only is the only entrant and passed 1 of 1 check and changed 1 line.',
		);
	});

	it('leaves failing tests out where one of those compared tells no number', () => {
		const { ranking } = rankEntrants([
			fakeEntrant('a', { checks: [failed(9)], diff: lines(1) }),
			fakeEntrant('b', { checks: [failed(null)], diff: lines(2) }),
			fakeEntrant('c', { checks: [failed(1)], diff: lines(3) }),
		]);
		expect(ranking).toEqual(['a', 'b', 'c']);
	});

	it('counts no change as larger than any', () => {
		const { ranking, winner } = rankEntrants([
			fakeEntrant('idle', { checks: [passed], diff: lines(0) }),
			fakeEntrant('busy', { checks: [passed], diff: lines(5000) }),
		]);
		expect(ranking).toEqual(['busy', 'idle']);
		expect(winner).toBe('busy');
	});

	it('compares cost only where all that tie tell one, then whole seconds', () => {
		const cheap = { cost_usd: 0.1, work_ms: 9000 };
		const fast = { cost_usd: 0.2, work_ms: 1000 };
		expect(rankEntrants([fakeEntrant('fast', fast), fakeEntrant('cheap', cheap)]).ranking).toEqual([
			'cheap',
			'fast',
		]);
		const untold = fakeEntrant('untold', { cost_usd: null, work_ms: 1200 });
		const { ranking, verdict } = rankEntrants([fakeEntrant('cheap', cheap), untold]);
		expect(ranking).toEqual(['untold', 'cheap']);
		expect(verdict).toBe(
			'untold is first: there was no check; both changed 10 lines, and it was faster (1 s, cheap 9 s).',
		);
	});

	it('puts those that left no files last', () => {
		const { ranking } = rankEntrants([
			fakeEntrant('absent', { outcome: 'not_started', commit: null, diff: null, tree: null }),
			fakeEntrant('limited', { outcome: 'limited', checks: [failed()] }),
		]);
		expect(ranking).toEqual(['limited', 'absent']);
	});
});

describe('no winner', () => {
	const noWinner = (...entrants: EntrantRecord[]) => {
		const { winner, verdict } = rankEntrants(entrants);
		expect(winner).toBeNull();
		return verdict;
	};

	it('is said when nobody passed all checks, with the best', () => {
		expect(
			noWinner(
				fakeEntrant('a', { checks: [passed, failed(3)] }),
				fakeEntrant('b', { checks: [failed(), failed()] }),
			),
		).toBe('No winner: nobody passed all 2 checks (best: a, 1 of 2 checks, 3 failing tests).');
	});

	it('is said in the singular where it is about one', () => {
		const one = { checks: [failed(1)], diff: lines(1) };
		expect(noWinner(fakeEntrant('a', one))).toBe(
			'No winner: nobody passed the check (best: a, 0 of 1 check, 1 failing test).',
		);
		const finished = { checks: [passed], diff: lines(1), work_ms: 1000, cost_usd: null };
		expect(
			noWinner(fakeEntrant('a', { ...finished, tree: 'x' }), fakeEntrant('b', { ...finished, tree: 'y' })),
		).toBe(
			'No winner: a and b tie in every figure (1 of 1 check, 1 line changed, 1 s), with different files.',
		);
	});

	it('is said when nobody changed anything', () => {
		expect(noWinner(fakeEntrant('a', { diff: lines(0) }), fakeEntrant('b', { diff: lines(0) }))).toBe(
			'No winner: nobody changed anything.',
		);
	});

	it('is said when nobody who changed something finished', () => {
		expect(noWinner(fakeEntrant('a', { outcome: 'timed_out' }))).toBe(
			'No winner: nobody who changed something finished (a: timed out).',
		);
	});

	it('is said when the first passes the checks without having done anything', () => {
		expect(
			noWinner(
				fakeEntrant('idle', { checks: [passed], diff: lines(0) }),
				fakeEntrant('busy', { checks: [failed()] }),
			),
		).toBe('No winner: idle stands first without having changed anything.');
	});

	it('is said of a tie with different files; the same files are no tie', () => {
		const tied = [fakeEntrant('a'), fakeEntrant('b')];
		expect(noWinner(...tied)).toBe(
			'No winner: a and b tie in every figure (10 lines changed, 5 s), with different files.',
		);
		const same = rankEntrants(tied.map((entrant) => ({ ...entrant, tree: 'same' })));
		expect(same).toMatchObject({ winner: 'a', ranking: ['a', 'b'] });
		expect(same.verdict).toBe('a and b made the very same files, with the same figures; a was named first.');
	});

	it('is said when nobody left files, and when there is nobody', () => {
		const absent = fakeEntrant('a', { outcome: 'not_started', commit: null, diff: null, tree: null });
		expect(noWinner(absent)).toBe('No winner: nobody left any files to look at.');
		expect(noWinner()).toBe('No winner: nobody took part.');
	});
});

describe('the ranking of any entrants', () => {
	const check = fc.constantFrom(passed, failed(), failed(1), failed(2), fakeCheck({ status: 'timed_out' }));
	const entrant = fc.record({
		outcome: fc.constantFrom('completed', 'limited', 'timed_out', 'failed', 'not_started' as const),
		checks: fc.tuple(check, check),
		diff: fc.constantFrom(null, lines(0), lines(1), lines(2)),
		commit: fc.constantFrom(null, 'c'.repeat(40)),
		cost_usd: fc.constantFrom(null, 1, 2),
		work_ms: fc.constantFrom(null, 1000, 1400, 9000),
		tree: fc.constantFrom('t1', 't2'),
	});
	const field = fc
		.array(entrant, { minLength: 1, maxLength: 7 })
		.map((all) => all.map((over, at) => fakeEntrant(`e${at}`, over as Partial<EntrantRecord>)));

	it('names everybody once, and puts who passed more checks first', () => {
		fc.assert(
			fc.property(field, (entrants) => {
				const { ranking } = rankEntrants(entrants);
				expect([...ranking].sort()).toEqual(entrants.map(({ id }) => id).sort());
				const ranked = ranking.map((id) => entrants.find((entrant) => entrant.id === id));
				const passes = ranked
					.filter((one) => one?.commit && one.outcome !== 'not_started')
					.map((one) => one?.checks.filter(({ status }) => status === 'passed').length ?? 0);
				expect(passes).toEqual([...passes].sort((a, b) => b - a));
			}),
		);
	});

	it('does not depend on the order in which they are named, but for those that tie', () => {
		fc.assert(
			fc.property(field, fc.infiniteStream(fc.nat()), (entrants, keys) => {
				const shuffled = entrants
					.map((one) => ({ one, key: keys.next().value }))
					.sort((a, b) => a.key - b.key)
					.map(({ one }) => one);
				const figures = (id: string) => {
					const {
						id: _id,
						agent,
						agents,
						worktree,
						ref,
						tree,
						...rest
					} = entrants.find((one) => one.id === id) ?? fakeEntrant('none');
					return {
						...rest,
						passed: rest.checks.filter(({ status }) => status === 'passed').length,
					};
				};
				const comparable = (id: string) => {
					const { passed: count, outcome, diff, commit } = figures(id);
					const isThere = commit !== null && outcome !== 'not_started';
					return [isThere, isThere ? count : 0, diff?.files];
				};
				const one = rankEntrants(entrants);
				const other = rankEntrants(shuffled);
				expect(one.ranking.map((id) => comparable(id)[0])).toEqual(
					other.ranking.map((id) => comparable(id)[0]),
				);
				if (one.winner !== null && other.winner !== null && one.winner !== other.winner) {
					const trees = [one.winner, other.winner].map((id) => entrants.find((e) => e.id === id)?.tree);
					expect(trees[0]).toBe(trees[1]);
				}
				expect(one.winner === null).toBe(other.winner === null);
			}),
		);
	});

	it('keeps the order of two when others that tie with neither leave the race', () => {
		fc.assert(
			fc.property(field, (entrants) => {
				const { ranking } = rankEntrants(entrants);
				const again = rankEntrants(ranking.flatMap((id) => entrants.filter((one) => one.id === id)));
				expect(again.ranking).toEqual(ranking);
			}),
		);
	});
});

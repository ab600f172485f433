/** What an entrant's record says in numbers, for the order and for the sentence about it. Pure. */
import type { EntrantRecord } from '../record/race-record.ts';

export type CriterionName =
	| 'files'
	| 'checks'
	| 'failing_tests'
	| 'finished'
	| 'changed'
	| 'lines'
	| 'cost'
	| 'time';

export function passedOf({ checks }: Pick<EntrantRecord, 'checks'>): number {
	return checks.filter(({ status }) => status === 'passed').length;
}

/** True where the agent left a tree to look at and it differs from the base. */
export function hasChanges({ diff }: Pick<EntrantRecord, 'diff'>): boolean {
	return diff !== null && diff.files > 0;
}

/** True where the agent got to work and its files are kept. */
export function hasFiles({ commit, outcome }: EntrantRecord): boolean {
	return commit !== null && outcome !== 'not_started' && outcome !== 'setup_failed';
}

/** Failing tests of the checks that did not pass; null where one of them gives no number. */
export function failingTests({ checks }: Pick<EntrantRecord, 'checks'>): number | null {
	let sum = 0;
	for (const { status, failing_tests } of checks) {
		if (status === 'passed') continue;
		if (failing_tests === null) return null;
		sum += failing_tests;
	}
	return sum;
}

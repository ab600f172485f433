import { expect, it } from 'vitest';
import { plannedOptions, termsToOptions } from '../../../../src/race/record/race-record.ts';

const options = termsToOptions({
	checks: ['npm test'],
	setup: 'npm ci',
	copy: ['.env'],
	maxTimeMs: 90_000,
	checkTimeMs: 1500,
	jobs: 3,
	permissions: 'full',
	handover: true,
});

it('the terms of a race are on disk with times in seconds', () => {
	expect(options).toEqual({
		checks: ['npm test'],
		setup: 'npm ci',
		copy: ['.env'],
		max_time_s: 90,
		check_time_s: 1.5,
		jobs: 3,
		permissions: 'full',
		handover: true,
	});
});

it('the plan that a mark guards keeps its order, so that races of older relays resume, and leaves permissions out', () => {
	expect(plannedOptions(options)).toEqual([['npm test'], 'npm ci', ['.env'], 90, 1.5, 3, true]);
});

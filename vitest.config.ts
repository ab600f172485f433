import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Two cores serve three files at a time, and four of those that mostly wait for processes; Vitest itself would start one. */
const maxWorkers = availableParallelism() + 1;
/** Process warnings fail a run. */
const setupFiles = ['test/helpers/setup-warnings.ts'];
/**
 * For what hangs, not for what is slow: a busy machine takes ten times as long as one at rest, and some tests start thirty programs
 * in a row. Each wait in a test ends after a minute and says what it waited for.
 */
const testTimeout = 300_000;
/** Not for the real CLIs: the sandboxes that some bring know the usual temporary folder and no other. */
const globalSetup = 'test/helpers/setup-scratch.ts';
const inForks = { setupFiles, pool: 'forks', maxWorkers, testTimeout, hookTimeout: testTimeout } as const;
/** Tests of the built program keep nothing in their own modules: a process that imports helpers once serves many files. */
const ofPrograms = {
	...inForks,
	maxWorkers: maxWorkers + 1,
	isolate: false,
	// Vitest wants projects with another number of workers to run after the others.
	sequence: { groupOrder: 1 },
} as const;

/**
 * What unit tests alone must reach, in per cent of lines, with `npm run coverage`: of the rooms that decide what becomes of the
 * user's work, and of the whole.
 */
const thresholds = {
	lines: 70,
	...Object.fromEntries(
		['relay', 'sessions', 'race', 'git'].map((room) => [`src/${room}/**/*.ts`, { lines: 60 }]),
	),
};

export default defineConfig({
	test: {
		coverage: {
			provider: 'v8',
			include: ['src/**/*.ts'],
			reporter: ['text-summary', 'json-summary'],
			thresholds,
		},
		projects: [
			{
				test: {
					name: 'unit',
					include: ['test/unit/**/*.test.ts', 'test/architecture*.test.ts'],
					globalSetup,
					setupFiles,
					pool: 'threads',
					isolate: false,
					maxWorkers,
					testTimeout,
				},
			},
			// Seconds, the same inputs each time; minutes and new ones with `npm run fuzz`.
			{
				test: {
					name: 'fuzz',
					include: ['test/fuzz/**/*.test.ts'],
					globalSetup,
					setupFiles,
					pool: 'threads',
					maxWorkers,
					testTimeout,
				},
			},
			{
				test: { name: 'integration', include: ['test/integration/**/*.test.ts'], globalSetup, ...ofPrograms },
			},
			{ test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], globalSetup, ...ofPrograms } },
			// Kills at many instants, attacks in many mixtures, long repetitions: `npm test` leaves them to `npm run test:crash`.
			{ test: { name: 'crash', include: ['test/crash/**/*.test.ts'], globalSetup, ...inForks } },
			{
				test: {
					name: 'agents',
					include: ['test/agents/**/*.test.ts'],
					...inForks,
					sequence: { groupOrder: 2 },
				},
			},
		],
	},
});

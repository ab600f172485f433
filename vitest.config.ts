import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Most tests wait for processes, so two cores serve three files at a time; Vitest itself would start one. */
const maxWorkers = availableParallelism() + 1;
/** Process warnings fail a run. */
const setupFiles = ['test/helpers/setup-warnings.ts'];
/** For what hangs, not for what is slow: a busy machine takes ten times as long as one at rest. */
const testTimeout = 120_000;
const inForks = { setupFiles, pool: 'forks', maxWorkers, testTimeout, hookTimeout: testTimeout } as const;

export default defineConfig({
	test: {
		globalSetup: 'test/helpers/setup-scratch.ts',
		projects: [
			{
				test: {
					name: 'unit',
					include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'],
					setupFiles,
					pool: 'threads',
					isolate: false,
					maxWorkers,
					testTimeout,
				},
			},
			{ test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...inForks } },
			{ test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...inForks } },
			// Kills at many instants: minutes of their own, so `npm test` leaves them to `npm run test:crash`.
			{ test: { name: 'crash', include: ['test/crash/**/*.test.ts'], ...inForks } },
			{
				test: {
					name: 'agents',
					include: ['test/agents/**/*.test.ts'],
					...inForks,
					maxWorkers: 2,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});

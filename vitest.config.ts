import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Most tests wait for processes, so two cores serve two files at a time; Vitest itself would start one. */
const maxWorkers = Math.max(2, availableParallelism() - 1);
/** Process warnings fail a run. */
const setupFiles = ['test/helpers/setup-warnings.ts'];
const inForks = { setupFiles, pool: 'forks', maxWorkers, testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: 'unit',
					include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'],
					setupFiles,
					pool: 'threads',
					isolate: false,
					maxWorkers,
					// fast-check's tables of characters alone take a second to make on a loaded machine.
					testTimeout: 30_000,
				},
			},
			{ test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...inForks } },
			{ test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...inForks } },
			{
				test: {
					name: 'agents',
					include: ['test/agents/**/*.test.ts'],
					...inForks,
					maxWorkers: 2,
					sequence: { groupOrder: 1 },
					testTimeout: 120_000,
				},
			},
		],
	},
});

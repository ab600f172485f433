/** For completion. */
import { openRunnerStore } from '../../runners/runner-store.ts';
import type { CommandContext } from '../context.ts';

/** Those that can be read; the last used first. */
export function runnerNames({ paths, processes, clock }: CommandContext): string[] {
	const { runners } = openRunnerStore(paths.dataHome, { processes, clock }).list();
	return runners.map(({ name }) => name);
}

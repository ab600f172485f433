import type { UserScreen } from '../../commands/front-end.ts';
import type { ScreenParts } from './full-screen-options.ts';

/** The terminal of this process. `isInShell`: the shell has it, and leaves by itself when a signal says so. */
export function createUserScreen(parts: ScreenParts, { isInShell = false } = {}): UserScreen {
	const { app } = parts;
	return {
		runProgram: async (program, args, env) => {
			const { lendToProgram } = await import('../input/lend-to-program.ts');
			const leave = isInShell ? () => undefined : app.leave;
			const { folder: cwd, outlivesTerminal } = app;
			return lendToProgram(program, args, { env, cwd, outlivesTerminal, leave });
		},
		openRunners: async (source) => (await import('./runner-view.ts')).openRunnerView(source, parts),
	};
}

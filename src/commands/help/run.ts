import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';

/** `help [COMMAND]`: what `--help` of that command prints; `race show` are two words. */
export const help: Body<{ command: readonly string[] }, null> = {
	run: async ({ commandLine }, { command }) => {
		await commandLine?.help(command);
		return { exitCode: EXIT.done, data: null };
	},
	toJson: () => undefined,
};

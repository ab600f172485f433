import type { Command } from '../../../commands/command.ts';
import type { COMMANDS } from '../../../commands/registry.ts';
import type { SlashCommand } from '../slash-command.ts';
import { slashFamily } from './family.ts';
import { slashCommand } from './from-command.ts';

type RunnerCommands = Record<Extract<keyof typeof COMMANDS, `runner${string}`>, Command>;

/** `/runner`, also `/runners`, which is the full-screen list, and `/runner create NAME`. */
export const runnerFamily = (commands: RunnerCommands): SlashCommand => ({
	...slashFamily({
		head: slashCommand({
			...commands.runnerOpen,
			shell: {
				usage: 'runner',
				example: '/runner',
				summary: 'the runners on a full screen, with a key for each command',
			},
		}),
		members: [
			commands.runnerList,
			commands.runnerShow,
			commands.runnerCreate,
			commands.runnerAttach,
			commands.runnerBackground,
			commands.runnerClone,
			commands.runnerEdit,
			commands.runnerRestart,
			commands.runnerKill,
			commands.runnerDelete,
			commands.runnerOverride,
			commands.runnerResolve,
			commands.runnerSend,
			commands.runnerPeek,
		].map(slashCommand),
		isHead: () => false,
	}),
	aliases: ['runners'],
});

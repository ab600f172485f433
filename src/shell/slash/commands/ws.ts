import type { Command } from '../../../commands/command.ts';
import type { COMMANDS } from '../../../commands/registry.ts';
import type { SlashCommand } from '../slash-command.ts';
import { slashFamily } from './family.ts';
import { slashCommand } from './from-command.ts';

type WorkstreamCommands = Record<Extract<keyof typeof COMMANDS, `ws${string}`>, Command>;

/** `/ws`, which is `/ws status`, and `/ws new NAME`. */
export const workstreamFamily = (commands: WorkstreamCommands): SlashCommand =>
	slashFamily({
		head: slashCommand(commands.wsStatus),
		members: [
			{ ...commands.wsStatus, isDefault: false, shell: {} },
			commands.wsNew,
			commands.wsList,
			commands.wsShow,
			commands.wsSave,
			commands.wsSwitch,
			commands.wsPark,
			commands.wsComplete,
			commands.wsDelete,
			commands.wsIdea,
			commands.wsSummarize,
			commands.wsSummaries,
			commands.wsBackfill,
			commands.wsImport,
		].map(slashCommand),
		isHead: () => false,
	});

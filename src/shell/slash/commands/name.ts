import type { Command } from '../../../commands/command.ts';
import type { COMMANDS } from '../../../commands/registry.ts';
import { name } from '../conversation/name.ts';
import type { SlashCommand } from '../slash-command.ts';
import { slashFamily } from './family.ts';
import { slashCommand } from './from-command.ts';

type NameCommands = Record<Extract<keyof typeof COMMANDS, `name${string}`>, Command>;

/** `/name ID`, and `/name list`: a name that is called like a command is only reached by `--name`. */
export const nameFamily = (commands: NameCommands): SlashCommand =>
	slashFamily({
		head: name,
		members: [
			commands.nameList,
			commands.nameCreate,
			commands.nameSelect,
			commands.nameStatus,
			commands.nameArchive,
			commands.nameUnarchive,
			commands.nameRebind,
			commands.namePrune,
		].map(slashCommand),
		isHead: () => false,
	});

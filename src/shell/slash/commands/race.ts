import type { Command } from '../../../commands/command.ts';
import type { COMMANDS } from '../../../commands/registry.ts';
import type { SlashCommand } from '../slash-command.ts';
import { slashFamily } from './family.ts';
import { slashCommand } from './from-command.ts';

type RaceCommands = Record<Extract<keyof typeof COMMANDS, `race${string}`>, Command>;

export const raceFamily = (commands: RaceCommands): SlashCommand =>
	slashFamily({
		head: slashCommand(commands.race),
		members: [
			commands.raceShow,
			commands.raceList,
			commands.raceDiff,
			commands.raceAdopt,
			commands.raceOpen,
			commands.raceResume,
			commands.raceClean,
		].map(slashCommand),
		// "show the total" may be a task too; a task has entrants.
		isHead: (words) => words.some((word) => /^(?:-A|--agents(?:=.*)?)$/.test(word)),
	});

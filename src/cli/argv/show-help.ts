import type { Command } from 'commander';
import { unknownCommand } from './unknown-command.ts';

/** Prints what `--help` of the command of these words prints. Throws RelayError `usage` where there is none. */
export function showHelp(program: Command, words: readonly string[]): void {
	words.reduce(findSubcommand, program).outputHelp();
}

function findSubcommand(parent: Command, word: string): Command {
	const found = parent.commands.find((candidate) => candidate.name() === word);
	if (found !== undefined) return found;
	throw unknownCommand(parent, word);
}

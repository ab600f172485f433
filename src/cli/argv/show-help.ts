import type { Command } from 'commander';
import { findSubcommand } from './bind-command.ts';
import { unknownCommand } from './unknown-command.ts';

/** Prints what `--help` of the command of these words prints. Throws RelayError `usage` where there is none. */
export function showHelp(program: Command, words: readonly string[]): void {
	words.reduce(below, program).outputHelp();
}

function below(parent: Command, word: string): Command {
	const found = findSubcommand(parent, word);
	if (found !== undefined) return found;
	throw unknownCommand(parent, word);
}

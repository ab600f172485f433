/** `agent-relay help [COMMAND]`: what `--help` of that command prints. */
import type { Command } from 'commander';
import type { App } from '../../app/create-app.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { CommandResult } from '../command.ts';
import { unknownCommand } from '../unknown-command.ts';

export interface HelpOptions {
	/** `race show` as two words. */
	command?: readonly string[];
	program: Command;
}

export async function help(_app: App, { command = [], program }: HelpOptions): Promise<CommandResult> {
	command.reduce(findSubcommand, program).outputHelp();
	return { exitCode: EXIT.done };
}

function findSubcommand(parent: Command, word: string): Command {
	const found = parent.commands.find((candidate) => candidate.name() === word);
	if (found !== undefined) return found;
	throw unknownCommand(parent, word);
}

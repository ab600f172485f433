/** Names, options and examples of every command. Nothing is done here: each command is loaded when it is called. */
import { type Command, CommanderError } from 'commander';
import type { Command as Declared } from '../../commands/command.ts';
import { COMMANDS } from '../../commands/registry.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { columnsFor } from '../../ui/terminal-size.ts';
import { BoundCommand, declareCommand, exampleText, KnownOption } from './bind-command.ts';
import { commandPath, refuseExtraWords, refuseUnknownCommand } from './unknown-command.ts';

/** Runs one command line and returns the exit code. */
type Act = (command: Declared, options: Record<string, unknown>) => Promise<number>;

const EXIT_CODES = `
Exit codes: 0 done · 1 failed or outcome unknown · 2 checkpointed, work left ·
3 timed out · 4 no such session · 5 refused · 6 locked by another process ·
64 usage · 127 agent not installed · 130 interrupted`;

/** Where help does not go to a terminal. */
const HELP_COLUMNS = 80;

/**
 * `writeError` gets the lines about a command line that cannot be understood. `argv`: the line, if it is known; where it begins with
 * a command, only that one and those below it are declared, as nothing else can be meant.
 */
export function createProgram(
	act: Act,
	writeError: (text: string) => void,
	argv: readonly string[] = [],
): Command {
	const directory = new KnownOption({
		flags: '-C, --directory <dir>',
		about: 'work in this folder instead of the current one',
		kind: 'folders',
	});
	const name = new KnownOption({
		flags: '--name <id>',
		about: 'work under this name (default: default)',
		kind: 'names',
	});
	const noPager = new KnownOption({
		flags: '--no-pager',
		about: 'print on a terminal without $PAGER',
		kind: null,
	});
	const program = new BoundCommand('agent-relay')
		.configureOutput({
			writeErr: (text) => writeError(text.replace(/^error: /, 'agent-relay: ')),
			getOutHelpWidth: () => columnsFor(process.stdout, HELP_COLUMNS),
			getErrHelpWidth: () => columnsFor(process.stderr, HELP_COLUMNS),
		})
		.hook('preSubcommand', refuseUnknownCommand)
		.description(
			'One shell for every coding agent on your machine, so a rate limit never costs you your work.',
		)
		.addOption(directory)
		.addOption(name)
		.addOption(noPager)
		.option('-V, --version', 'print the version')
		.helpOption('-h, --help', 'show help')
		.helpCommand(false)
		.configureHelp({
			showGlobalOptions: true,
			subcommandTerm: (command) => (command instanceof BoundCommand ? command.term() : command.name()),
			visibleGlobalOptions: (command) => {
				if (command.parent === null) return [];
				return [directory, name, ...(command instanceof BoundCommand && command.pages ? [noPager] : [])];
			},
		})
		.exitOverride()
		.addHelpText(
			'after',
			() => `${exampleText(['', 'run "fix the failing test"', 'run --continue'])}\n${EXIT_CODES}`,
		);

	const declare = (declared: Declared) => {
		const command = declareCommand(program, declared);
		command
			.showHelpAfterError(`  For help: ${commandPath(command)} --help`)
			.allowExcessArguments()
			.action(async () => {
				refuseExtraWords(command);
				await act(declared, { ...command.optsWithGlobals(), ...operandsOf(command) });
			});
	};

	for (const command of commandsMeant(argv)) declare(command);
	return program;
}

function commandsMeant([word = '']: readonly string[]): Declared[] {
	const all = Object.values<Declared>(COMMANDS).filter((command) => command.in.includes('cli'));
	const isIts = ({ path }: Declared) => path === word || path.startsWith(`${word} `);
	const meant = all.filter(isIts);
	return meant.length === 0 ? all : meant;
}

/** Operands by their declared names: `[task]` -> `task`. */
function operandsOf(command: Command): Record<string, unknown> {
	return Object.fromEntries(
		command.registeredArguments.map((argument, i) => [argument.name(), command.processedArgs[i]]),
	);
}

/** Commander's own refusals (unknown option, missing value) as an exit code; null for any other error. */
export function exitCodeOfCommander(error: unknown): number | null {
	if (!(error instanceof CommanderError)) return null;
	return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}

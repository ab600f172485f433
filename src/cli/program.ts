/** Names, options and examples of every command. Nothing is done here: each command is loaded when it is called. */
import { Command, CommanderError, Option } from 'commander';
import type { Command as Declared } from '../commands/command.ts';
import { COMMANDS } from '../commands/registry.ts';
import { EXIT } from '../relay/exit-codes.ts';

import { columnsFor } from '../ui/terminal-size.ts';
import { declareCommand, exampleText as example } from './bind-command.ts';
import { declareRace } from './declare-race.ts';
import { commandPath, refuseExtraWords, refuseUnknownCommand } from './unknown-command.ts';

/**
 * Runs one command line and returns the exit code: `command`, where it is declared in `src/commands`, else what goes by that
 * name in `run-program.ts`.
 */
export type Act = (
	name: string,
	options: Record<string, unknown>,
	command: Declared | null,
) => Promise<number>;

const EXIT_CODES = `
Exit codes: 0 done · 1 failed or outcome unknown · 2 checkpointed, work left ·
3 timed out · 4 no such session · 5 refused · 6 locked by another process ·
64 usage · 127 agent not installed · 130 interrupted`;

/** Where help does not go to a terminal. */
const HELP_COLUMNS = 80;

/** `writeError` gets the lines about a command line that cannot be understood. */
export function createProgram(act: Act, writeError: (text: string) => void): Command {
	const directory = new Option('-C, --directory <dir>', 'work in that folder instead of this one');
	const program = new Command('agent-relay')
		.configureOutput({
			writeErr: (text) => writeError(text.replace(/^error: /, 'agent-relay: ')),
			getOutHelpWidth: () => columnsFor(process.stdout, HELP_COLUMNS),
			getErrHelpWidth: () => columnsFor(process.stderr, HELP_COLUMNS),
		})
		.hook('preSubcommand', refuseUnknownCommand)
		.description(
			'One shell over every coding agent on the machine, that never loses your work to a rate limit.',
		)
		.addOption(directory)
		.option('-V, --version', 'print the version')
		.helpOption('-h, --help', 'show help')
		.helpCommand(false)
		.configureHelp({
			showGlobalOptions: true,
			visibleGlobalOptions: ({ parent }) => (parent === null ? [] : [directory]),
		})
		.exitOverride()
		.addHelpText(
			'after',
			`${example('agent-relay', 'agent-relay run "fix the failing test"', 'agent-relay run --continue')}\n${EXIT_CODES}`,
		);

	const bind = (command: Command, name: string, declared: Declared | null = null) =>
		command
			.showHelpAfterError(`  See what it takes: ${commandPath(command)} --help`)
			.allowExcessArguments()
			.action(async () => {
				refuseExtraWords(command);
				await act(name, { ...command.optsWithGlobals(), ...operandsOf(command) }, declared);
			});
	const declare = (command: Declared) =>
		bind(declareCommand(program, command), command.path.replaceAll(' ', '-'), command);

	bind(
		conversationOptions(
			program.command('shell', { isDefault: true }).description('open the shell (also without a command)'),
		).addHelpText(
			'after',
			example('agent-relay', 'agent-relay shell --agent codex', 'agent-relay --continue'),
		),
		'shell',
	);
	bind(
		conversationOptions(
			program.command('run [task]').description('work on one task to its end, hand-overs included'),
		)
			.option('-f, --file <file>', 'read the task from a file (- is stdin)')
			.option('--encoding <encoding>', 'of that file and of stdin (utf-8)')
			.option('--json', 'one event a line on stdout, a result object last')
			.option('-q, --quiet', 'print only the answer')
			.addHelpText(
				'after',
				example(
					'agent-relay run "fix the failing test"',
					'agent-relay run -f task.md --agent codex --json',
					'agent-relay run --continue',
				),
			),
		'run',
	);
	bind(
		program
			.command('chat [topic]')
			.description('let two to five agents answer each other until they agree')
			.option('-A, --agents <agents>', 'who takes part, in this order, for instance claude,codex:o3')
			.option('-f, --file <file>', 'read the topic from a file (- is stdin)')
			.option('--encoding <encoding>', 'of that file and of stdin (utf-8)')
			.option('-n, --max-turns <count>', 'turns in all (6)')
			.option('--role <role>', 'NAME="what it stands for"; once for each that has one', collect)
			.option('--until <condition>', 'what must hold before anyone may say that it is done')
			.option('--timeout <time>', 'end the chat after this time (90s, 10m)')
			.option('-p, --permissions <preset>', 'read-only (the default), edit or full')
			.option('--trust', 'obey the settings of this repo, this time')
			.option('--here', 'go on with an earlier chat in this folder, wherever and by whomever it was begun')
			.option('-c, --continue', 'go on with the latest chat that has not agreed')
			.option('-s, --session <ref>', 'go on with this chat (id, prefix, suffix, name, latest)')
			.option('--json', 'one event a line on stdout, a result object last')
			.option('-q, --quiet', 'print only the last message')
			.addHelpText(
				'after',
				example(
					'agent-relay chat "Is the cache worth its bugs?" --agents claude,codex',
					'agent-relay chat -f plan.md --agents claude,claude:opus -n 8 --role 1="defend it" --role 2="find the holes"',
					'agent-relay chat --continue "And on Windows?"',
				),
			),
		'chat',
	);
	declareRace(program, { bind, declare, example, collect });
	declare(COMMANDS.sessions);
	declare(COMMANDS.show);
	bind(
		conversationOptions(
			program
				.command('resume [ref]')
				.description('open the shell on an earlier session (default: the latest)'),
			{
				isResume: true,
			},
		).addHelpText('after', example('agent-relay resume', 'agent-relay resume 7F3K2Q --agent codex')),
		'resume',
	);
	declare(COMMANDS.agents);
	declare(COMMANDS.limits);
	declare(COMMANDS.limitsClear);
	declare(COMMANDS.prune);
	declareConfig(program);
	for (const command of [
		COMMANDS.configShow,
		COMMANDS.configPath,
		COMMANDS.configSet,
		COMMANDS.configAllow,
		COMMANDS.configTrust,
	])
		declare(command);
	bind(
		program
			.command('demo')
			.description('the main job end to end on the bundled demo agents, in a folder of its own')
			.option('--keep', 'leave the folder for a look')
			.option('--pace <factor>', 'speed of the demo agents; 0 is as fast as possible', '1')
			.addHelpText('after', example('agent-relay demo', 'agent-relay demo --keep')),
		'demo',
	);
	bind(
		program
			.command('completion <shell>')
			.description('print a completion script for bash, zsh or fish')
			.addHelpText(
				'after',
				example(
					'agent-relay completion bash >> ~/.bashrc',
					'agent-relay completion zsh > "$fpath[1]/_agent-relay"',
					'agent-relay completion fish > ~/.config/fish/completions/agent-relay.fish',
				),
			),
		'completion',
	);
	bind(
		program
			.command('help [command...]')
			.description('show help for a command')
			.addHelpText('after', example('agent-relay help run', 'agent-relay help race show')),
		'help',
	);
	return program;
}

/** Without a subcommand it shows. */
function declareConfig(program: Command): void {
	program
		.command('config')
		.hook('preSubcommand', refuseUnknownCommand)
		.description('show and change the configuration')
		.addHelpText(
			'after',
			example(
				'agent-relay config show',
				'agent-relay config set limits.patience_s 30',
				'agent-relay config trust',
			),
		);
}

function conversationOptions(command: Command, { isResume = false } = {}): Command {
	command
		.option('-a, --agent <agent>', 'work with this agent (claude, codex, claude:opus, …)')
		.option('-m, --model <model>', 'the model; without --agent, of the agent that has it')
		.option('-p, --permissions <preset>', 'read-only, edit or full')
		.option('--order <agents>', 'who takes over from whom, for instance claude,codex')
		.option('--timeout <time>', 'stop a turn after this time (90s, 10m)')
		.option('-n, --max-turns <count>', 'turns a session may have, with those it goes on from')
		.option('--max-cost <usd>', 'dollars a session may cost, with those it goes on from')
		.option('--wait', 'wait for the earliest reset when nobody is left')
		.option('--trust', 'obey the settings of this repo, this time')
		.option('--here', 'go on with an earlier session in this folder, wherever and by whomever it was begun');
	if (isResume) return command;
	return command
		.option('-c, --continue', 'go on with the latest session that has work left, of this worktree first')
		.option('-s, --session <ref>', 'go on with this session (id, prefix, suffix, name, latest)');
}

/** Of an option that may be given several times. */
function collect(value: string, before: readonly string[] | undefined): string[] {
	return [...(before ?? []), value];
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

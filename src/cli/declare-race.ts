/** Names, options and examples of `race` and its subcommands. */
import type { Command } from 'commander';
import type { Command as Declared } from '../commands/command.ts';
import { COMMANDS } from '../commands/registry.ts';

interface Declaring {
	bind(command: Command, name: string): Command;
	declare(command: Declared): void;
	example(...lines: string[]): string;
	/** Of an option that may be given several times. */
	collect(value: string, all: string[] | undefined): string[];
}

export function declareRace(program: Command, declaring: Declaring): void {
	const { bind, declare, example, collect } = declaring;
	const race = program
		.command('race [task]')
		.description('let several agents do one task in worktrees of their own; facts decide who is first')
		.option('-A, --agents <agents>', 'the entrants, for instance claude,codex,claude:opus')
		.option('-f, --file <file>', 'read the task from a file (- is stdin)')
		.option('--encoding <encoding>', 'of that file and of stdin (utf-8)')
		.option('--check <command>', 'passes with exit code 0; once for each check', collect)
		.option('--check-timeout <time>', 'stop a check or the setup after this time (10m)')
		.option('--max-time <time>', 'stop an entrant after this time (30m)')
		.option('--base <commit>', 'start from this commit (HEAD)')
		.option('--include-dirty', 'start from the checkout as it is, uncommitted changes included')
		.option('--setup <command>', 'run this in each worktree first, for instance "npm ci"')
		.option(
			'--copy <file>',
			'copy this untracked file or folder into each worktree; may be repeated',
			collect,
		)
		.option('--jobs <count>', 'entrants at the same time (all, up to 8)')
		.option('-p, --permissions <preset>', 'read-only, edit or full')
		.option('--handover', 'an entrant at its limit hands over to the next agent')
		.option('--trust', 'obey the settings of this repo, this time')
		.option('--json', 'one event a line on stdout, a result object last')
		.option('-q, --quiet', 'print only the verdict')
		.addHelpText(
			'after',
			example(
				'agent-relay race "fix the failing test" --agents claude,codex --check "npm test"',
				'agent-relay race -f task.md --agents claude,claude:opus --setup "npm ci" --max-time 20m',
				'agent-relay race show',
				'agent-relay race adopt',
			),
		);
	bind(race, 'race');
	for (const command of [
		COMMANDS.raceShow,
		COMMANDS.raceList,
		COMMANDS.raceDiff,
		COMMANDS.raceOpen,
		COMMANDS.raceAdopt,
	])
		declare(command);
	bind(
		race
			.command('resume [race]')
			.description('go on with a race that was cut off, or whose entrants met a limit (default: the latest)')
			.option(
				'-p, --permissions <preset>',
				'read-only, edit or full; full stands only where it is said again',
			)
			.option('--trust', 'obey the settings of this repo, this time')
			.option('--json', 'one event a line on stdout, a result object last')
			.option('-q, --quiet', 'print only the verdict')
			.addHelpText('after', example('agent-relay race resume', 'agent-relay race resume 7F3K2Q')),
		'race-resume',
	);
	declare(COMMANDS.raceClean);
}

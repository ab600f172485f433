/** Names, options and examples of `race` and its subcommands. */
import type { Command } from 'commander';

interface Declaring {
	bind(command: Command, name: string): Command;
	example(...lines: string[]): string;
	/** Of an option that may be given several times. */
	collect(value: string, all: string[] | undefined): string[];
}

export function declareRace(program: Command, declaring: Declaring): void {
	const { bind, example, collect } = declaring;
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
	declareReading(race, declaring);
	bind(
		race
			.command('adopt [entrant]')
			.description("write the winner's or the named one's files into this checkout")
			.option('--race <race>', 'of this race (id or part of one; default: the latest)')
			.option('--merge', 'merge files that are changed here three-way')
			.option('--commit', 'commit these files alone on the current branch')
			.option('--branch <name>', 'make a branch of them instead; the checkout stays as it is')
			.option('--here', 'also from a race of which no witness says that it is yours')
			.option('--json', 'print JSON')
			.addHelpText(
				'after',
				example(
					'agent-relay race adopt',
					'agent-relay race adopt codex --merge',
					'agent-relay race adopt claude --race 7F3K2Q --branch try-claude',
				),
			),
		'race-adopt',
	);
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
	bind(
		race
			.command('clean [race]')
			.description('say which worktrees and refs of a race would go (default: the latest)')
			.option('--apply', 'remove them')
			.option('--all', 'of every race')
			.option('--json', 'print JSON')
			.addHelpText('after', example('agent-relay race clean', 'agent-relay race clean 7F3K2Q --apply')),
		'race-clean',
	);
}

/** What only looks. */
function declareReading(race: Command, { bind, example }: Declaring): void {
	bind(
		race
			.command('show [race]')
			.description('every figure of a race, its order and why (default: the latest)')
			.option('--json', 'print JSON')
			.addHelpText('after', example('agent-relay race show', 'agent-relay race show 7F3K2Q --json')),
		'race-show',
	);
	bind(
		race
			.command('list')
			.description('the races of this repo, newest first')
			.option('-n, --limit <count>', 'at most this many (20)')
			.option('--json', 'print JSON')
			.addHelpText('after', example('agent-relay race list', 'agent-relay race list --json')),
		'race-list',
	);
	bind(
		race
			.command('diff <entrant> [other]')
			.description('what an entrant changed, or how two of them differ')
			.option('--race <race>', 'of this race (id or part of one; default: the latest)')
			.option('--json', 'print JSON')
			.addHelpText('after', example('agent-relay race diff claude', 'agent-relay race diff claude codex')),
		'race-diff',
	);
	bind(
		race
			.command('open <entrant>')
			.description("print the path of an entrant's worktree")
			.option('--race <race>', 'of this race (id or part of one; default: the latest)')
			.option('--json', 'print JSON')
			.addHelpText('after', example('agent-relay race open claude')),
		'race-open',
	);
}

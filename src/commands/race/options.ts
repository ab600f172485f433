import { command } from '../command.ts';
import { raceOptions } from '../options/race-options.ts';

export const race = command({
	path: 'race',
	about: 'let several agents do one task, each in its own worktree; facts decide who wins',
	examples: [
		'race "fix the failing test" --agents claude,codex --check "npm test"',
		'race -f task.md --agents claude,claude:opus --setup "npm ci" --max-time 20m',
		'race show',
		'race adopt',
	],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	shell: {
		summary: 'let several agents do one task, each in its own worktree; facts decide',
		usage:
			'race TASK --agents A,B [--check "…"] [FLAGS] | show | list | diff | adopt | open | resume | clean',
		example: '/race fix the failing test --agents claude,codex --check "npm test"',
	},
	live: 'the race',
	options: raceOptions,
	load: async () => (await import('./run.ts')).race,
	lines: async () => (await import('./lines.ts')).raceLines,
	quietLines: async () => (await import('./lines.ts')).verdictLines,
});

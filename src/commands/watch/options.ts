import { command } from '../command.ts';
import { asTyped, flag, only, value, values } from '../options/option-table.ts';

export const watch = command({
	path: 'watch',
	about: 'follow a session live from another terminal (default: the latest one at work, else the latest)',
	examples: ['watch', 'watch --all', 'watch 7F3K2Q --json --no-follow', 'watch --follow-new'],
	// The shell shows its own session already, and its one screen cannot show another next to it.
	in: ['cli'],
	duringTurn: 'now',
	options: {
		ref: value('[ref]', 'which session; default: the latest one at work', 'sessions', asTyped),
		all: flag('--all', 'all sessions of this repo that are at work, each line marked with its session'),
		followNew: flag('--follow-new', 'when it has ended, go on with the next session that begins here'),
		noFollow: flag('--no-follow', 'print what is there and end'),
		since: values(
			'--since <cursor>',
			'only what follows SESSION:TURN:SEQ or the "cursor" of a --json line; once for each session',
			'none',
			asTyped,
		),
		json: only('cli', flag('--json', 'one event a line, each with its cursor')),
	},
	load: async () => (await import('./run.ts')).watch,
	lines: async () => (await import('./lines.ts')).watchLines,
});

import { command } from '../command.ts';
import { asJson, choice, countFrom1, flag, valueOr } from '../options/option-table.ts';

export const sessions = command({
	path: 'sessions',
	about: 'list the sessions of this repo, newest first',
	examples: ['sessions', 'sessions --status checkpointed --json'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	options: {
		limit: valueOr('20', '-n, --limit <count>', 'at most this many', 'none', countFrom1('--limit takes')),
		all: flag('--all', 'list all of them, entrants of races too'),
		status: choice('--status <status>', 'only sessions with this status', [
			'active',
			'checkpointed',
			'completed',
			'damaged',
		]),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).sessions,
	lines: async () => (await import('./lines.ts')).sessionsLines,
});

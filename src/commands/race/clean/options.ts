import { command } from '../../command.ts';
import { asJson, asTyped, flag, value } from '../../options/option-table.ts';

export const raceClean = command({
	path: 'race clean',
	about: 'list the worktrees and refs of a race that would be removed (default: the latest)',
	examples: ['race clean', 'race clean 7F3K2Q --apply'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: {
		race: value('[race]', 'which race; default: the latest', 'races', asTyped),
		apply: flag('--apply', 'remove them'),
		all: flag('--all', 'every race'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).raceClean,
	lines: async () => (await import('./lines.ts')).raceCleanLines,
});

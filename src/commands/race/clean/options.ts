import { command } from '../../command.ts';
import { asJson, asTyped, flag, value } from '../../options/option-table.ts';

export const raceClean = command({
	path: 'race clean',
	about: 'say which worktrees and refs of a race would go (default: the latest)',
	examples: ['race clean', 'race clean 7F3K2Q --apply'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: {
		race: value('[race]', 'which; default: the latest', 'races', asTyped),
		apply: flag('--apply', 'remove them'),
		all: flag('--all', 'of every race'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).raceClean,
	lines: async () => (await import('./lines.ts')).raceCleanLines,
});

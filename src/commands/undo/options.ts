import { command } from '../command.ts';
import { asJson, asTyped, countFrom0, countFrom1, value } from '../options/option-table.ts';
import { undoFlags } from '../options/undo-flags.ts';

export const undo = command({
	path: 'undo',
	about: 'take back what a turn changed in the files; asks first on a terminal, acts at once in a pipe',
	examples: ['undo', 'undo --dry-run', 'undo --turn 2 --partial', 'undo 7F3K2Q --to 3 --yes'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	shell: { summary: 'take back what a turn changed in the files' },
	options: {
		ref: value('[ref]', 'which session; default: the latest with something to undo', 'sessions', asTyped),
		turn: value('--turn <number>', 'only this turn', 'turns', countFrom1('--turn takes')),
		to: value('--to <turn>', 'everything after this turn; 0: all turns', 'turns', countFrom0('--to takes')),
		...undoFlags,
		json: asJson,
	},
	load: async () => (await import('./run.ts')).undo,
	lines: async () => (await import('./lines.ts')).undoLines,
});

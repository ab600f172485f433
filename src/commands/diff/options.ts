import { command } from '../command.ts';
import { turnNumber, value } from '../options/option-table.ts';

export const diff = command({
	path: 'diff',
	about: 'show what a turn changed, or the whole session',
	examples: ['diff 2'],
	in: ['shell'],
	duringTurn: 'now',
	options: { turn: value('[turn]', 'only this turn', 'turns', turnNumber) },
	load: async () => (await import('./run.ts')).diff,
	lines: async () => (await import('./lines.ts')).diffLines,
});

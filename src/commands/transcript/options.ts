import { command } from '../command.ts';
import { turnNumber, value } from '../options/option-table.ts';

export const transcript = command({
	path: 'show',
	about: 'show the record of a turn (default: the last)',
	examples: ['show 2'],
	in: ['shell'],
	duringTurn: 'now',
	options: { turn: value('[turn]', 'which', 'turns', turnNumber) },
	load: async () => (await import('./run.ts')).transcript,
	lines: async () => (await import('./lines.ts')).transcriptLines,
});

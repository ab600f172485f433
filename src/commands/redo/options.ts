import { command } from '../command.ts';
import { asJson, asTyped, value } from '../options/option-table.ts';
import { undoFlags } from '../options/undo-flags.ts';

export const redo = command({
	path: 'redo',
	about: 'bring back what the last undo took back, until a new turn changes files',
	examples: ['redo', 'redo --dry-run'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: {
		ref: value('[ref]', 'which session; default: that of the last undo', 'sessions', asTyped),
		...undoFlags,
		json: asJson,
	},
	load: async () => (await import('./run.ts')).redo,
	lines: async () => (await import('../undo/lines.ts')).undoLines,
});

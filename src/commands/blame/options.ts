import { command } from '../command.ts';
import { asJson, needed } from '../options/option-table.ts';

export const blame = command({
	path: 'blame',
	about: 'show which turn wrote each line of a file',
	examples: ['blame src/parser.ts', 'blame src/parser.ts:40-60', 'blame src/parser.ts --json'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	options: {
		file: needed('<file>', 'a file of this repo; FILE:12 or FILE:12-20 for some of its lines', 'files'),
		json: asJson,
	},
	pages: true,
	load: async () => (await import('./run.ts')).blame,
	lines: async () => (await import('./lines.ts')).blameLines,
});

import { command } from '../../command.ts';
import { asJson, asTyped, value } from '../../options/option-table.ts';

export const raceShow = command({
	path: 'race show',
	about: 'show every figure of a race, its ranking and why (default: the latest)',
	examples: ['race show', 'race show 7F3K2Q --json'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: { race: value('[race]', 'which race; default: the latest', 'races', asTyped), json: asJson },
	pages: true,
	load: async () => (await import('./run.ts')).raceShow,
	lines: async () => (await import('./lines.ts')).raceShowLines,
});

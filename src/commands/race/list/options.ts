import { command } from '../../command.ts';
import { asJson, countFrom1, value } from '../../options/option-table.ts';

export const raceList = command({
	path: 'race list',
	about: 'list the races of this repo, newest first',
	examples: ['race list', 'race list --json'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	options: {
		limit: value('-n, --limit <count>', 'at most this many (20)', 'none', countFrom1('--limit takes')),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).raceList,
	lines: async () => (await import('./lines.ts')).raceListLines,
});

import { command } from '../command.ts';
import { asJson, flag, only } from '../options/option-table.ts';

export const reindex = command({
	path: 'reindex',
	about: 'build the search index anew; your tags and notes stay, and so does what you had forgotten',
	examples: ['reindex', 'reindex --changed', 'reindex --json'],
	in: ['cli', 'mcp'],
	duringTurn: 'queued',
	ignoresName: true,
	options: {
		changed: only(
			'cli',
			flag('--changed', 'only what has changed, for a minute at most; a search does so too'),
		),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).reindex,
	lines: async () => (await import('./lines.ts')).reindexLines,
});

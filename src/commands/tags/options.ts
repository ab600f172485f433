import { command } from '../command.ts';
import { asJson } from '../options/option-table.ts';

export const tags = command({
	path: 'tags',
	about: 'list the tags of conversations and messages, and how often each is given',
	examples: ['tags', 'tags --json'],
	in: ['cli', 'mcp'],
	duringTurn: 'now',
	ignoresName: true,
	options: { json: asJson },
	pages: true,
	load: async () => (await import('./run.ts')).tags,
	lines: async () => (await import('./lines.ts')).tagsLines,
});

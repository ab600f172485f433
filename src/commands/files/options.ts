import { command } from '../command.ts';

export const files = command({
	path: 'files',
	about: 'list the files that this session changed, with those it continues',
	examples: ['files'],
	in: ['shell'],
	duringTurn: 'now',
	options: {},
	load: async () => (await import('./run.ts')).files,
	lines: async () => (await import('./lines.ts')).filesLines,
});

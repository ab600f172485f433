import { command } from '../command.ts';

export const files = command({
	path: 'files',
	about: 'list the files that this session changed',
	examples: ['files'],
	in: ['shell'],
	duringTurn: 'now',
	options: {},
	load: async () => (await import('./run.ts')).files,
	lines: async () => (await import('./lines.ts')).filesLines,
});

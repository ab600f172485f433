import { command } from '../command.ts';

export const plan = command({
	path: 'plan',
	about: "the agent's plan with what is done",
	examples: ['plan'],
	in: ['shell'],
	duringTurn: 'now',
	options: {},
	load: async () => (await import('./run.ts')).plan,
	lines: async () => (await import('./lines.ts')).planLines,
});

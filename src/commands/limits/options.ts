import { command } from '../command.ts';
import { asJson, asTyped, value } from '../options/option-table.ts';

export const limits = command({
	path: 'limits',
	about: 'show limited agents, until when, and why',
	examples: ['limits', 'limits clear claude'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	options: { json: asJson },
	load: async () => (await import('./run.ts')).limits,
	lines: async () => (await import('./lines.ts')).limitsLines,
});

export const limitsClear = command({
	path: 'limits clear',
	about: 'forget the limits of one agent, or of all',
	examples: ['limits clear', 'limits clear claude'],
	in: ['cli'],
	duringTurn: 'now',
	options: { agent: value('[agent]', 'whose; default: all', 'agents', asTyped), json: asJson },
	load: async () => (await import('./run.ts')).limitsClear,
	lines: async () => (await import('./lines.ts')).clearedLines,
});

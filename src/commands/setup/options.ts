import { command } from '../command.ts';
import { asJson, flag } from '../options/option-table.ts';

export const setup = command({
	path: 'setup',
	about: 'set up the order of your agents, what they may do, notices, and completion; can be run again',
	examples: ['setup', 'setup --yes'],
	in: ['cli'],
	duringTurn: 'queued',
	ignoresName: true,
	options: {
		yes: flag('--yes', 'ask nothing: order and completion as suggested, permissions as they are'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).setup,
	lines: async () => (await import('./lines.ts')).setupLines,
});

import { command } from '../command.ts';
import { asTyped, values } from '../options/option-table.ts';

export const help = command({
	path: 'help',
	about: 'show help for a command',
	examples: ['help run', 'help race show'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: { command: values('[command...]', 'the command', 'none', asTyped) },
	load: async () => (await import('./run.ts')).help,
	lines: async () => () => [],
});

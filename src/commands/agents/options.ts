import { command } from '../command.ts';
import { asJson, asTyped, value } from '../options/option-table.ts';

export const agents = command({
	path: 'agents',
	about: 'which agents are here, logged in, limited',
	examples: ['agents', 'agents --env codex'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	options: {
		env: value('--env <agent>', 'names of the variables that agent would get and not get', 'agents', asTyped),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).agents,
	lines: async () => (await import('./lines.ts')).agentsLines,
});

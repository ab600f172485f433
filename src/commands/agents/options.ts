import { command } from '../command.ts';
import { asJson, asTyped, value } from '../options/option-table.ts';

export const agents = command({
	path: 'agents',
	about: 'show which agents are installed, logged in or limited',
	examples: ['agents', 'agents --env codex'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	options: {
		env: value(
			'--env <agent>',
			'list the variables, by name, that this agent would get and not get',
			'agents',
			asTyped,
		),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).agents,
	lines: async () => (await import('./lines.ts')).agentsLines,
});

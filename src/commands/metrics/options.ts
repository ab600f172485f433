import { command } from '../command.ts';
import { readAge } from '../options/age.ts';
import { asJson, asTyped, choice, flag, only, value } from '../options/option-table.ts';

export const metrics = command({
	path: 'metrics',
	about: 'add up turns, tokens, cost, time, limits and hand-overs',
	examples: ['metrics', 'metrics --since 7d --by day', 'metrics --all --by repo --csv'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	options: {
		since: value(
			'--since <age>',
			'only turns that began within this time (12h, 7d)',
			{ words: ['1d', '7d', '30d'], isOpen: true },
			readAge('--since takes'),
		),
		by: choice('--by <what>', 'a row for each of these; default: agent', [
			'agent',
			'account',
			'day',
			'model',
			'repo',
			'lineage',
		]),
		agent: value('-a, --agent <agent>', 'only turns of this agent', 'agents', asTyped),
		all: flag('--all', 'of every repo in which you have sessions'),
		json: asJson,
		csv: only('cli', flag('--csv', 'print CSV')),
	},
	pages: true,
	load: async () => (await import('./run.ts')).metrics,
	lines: async () => (await import('./lines.ts')).metricsLines,
});

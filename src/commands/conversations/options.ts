import { command } from '../command.ts';
import { asJson, asTyped, flag, limitOrNone, value, valueOr } from '../options/option-table.ts';
import { placeOptions } from '../options/place-options.ts';

export const conversations = command({
	path: 'conversations',
	about: 'list the conversations of all agents on this machine, the latest first',
	examples: [
		'conversations',
		'conversations --project . --since 7d',
		'conversations --slug brave-fox --json',
	],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: {
		agent: value('-a, --agent <agent>', 'only those of this agent', 'agents', asTyped),
		...placeOptions,
		slug: value('--slug <slug>', 'only the sessions of this slug', 'none', asTyped),
		subAgents: flag('--sub-agents', 'with those of sub-agents'),
		limit: valueOr(
			'20',
			'-n, --limit <count>',
			'at most this many; 0: all',
			'none',
			limitOrNone('--limit takes'),
		),
		json: asJson,
	},
	pages: true,
	load: async () => (await import('./run.ts')).conversations,
	lines: async () => (await import('./lines.ts')).conversationsLines,
});

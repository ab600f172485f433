import { command } from '../command.ts';
import {
	asJson,
	asTyped,
	choice,
	countFrom1,
	flag,
	only,
	value,
	valueOr,
	words,
} from '../options/option-table.ts';
import { placeOptions } from '../options/place-options.ts';

export const search = command({
	path: 'search',
	about: 'search the conversations of all agents; on a terminal without a query: as you type',
	examples: [
		'search rate-limit login',
		'search \'"not found" (api OR auth*) NOT test\' --role user --since 30d',
		'search --continue 2 -a codex',
	],
	in: ['cli', 'shell', 'mcp'],
	duringTurn: 'now',
	ignoresName: true,
	transcripts: 'read',
	shell: {
		summary: 'search the conversations of all agents',
		example: '/search rate-limit OR "not found"',
	},
	options: {
		query: words(
			'[query...]',
			'words that all are wanted, AND, OR, NOT, "phrases", prefix* and parentheses',
			'text',
			asTyped,
		),
		agent: value(
			'-a, --agent <agent>',
			'only what this agent said; with --continue: who goes on',
			'agents',
			asTyped,
		),
		...placeOptions,
		role: choice('--role <role>', 'only what these said', ['user', 'assistant', 'tool']),
		session: value('--session <ref>', 'only in this conversation (id, slug)', 'sessions', asTyped),
		limit: valueOr('10', '-n, --limit <count>', 'at most this many', 'none', countFrom1('--limit takes')),
		continue: only(
			'cli',
			value(
				'-c, --continue <number>',
				'go on with that row of this search, or of the last one, in any agent',
				'none',
				countFrom1('--continue takes'),
			),
		),
		here: only('cli', flag('--here', 'with --continue: in this folder, wherever it was held')),
		json: asJson,
	},
	pages: true,
	load: async () => (await import('./run.ts')).search,
	lines: async () => (await import('./lines.ts')).searchLines,
});

import { command } from '../command.ts';
import { asJson, asTyped, countFrom1, only, value } from '../options/option-table.ts';

export const output = command({
	path: 'output',
	about: 'all that a command of an agent printed (default: the latest)',
	examples: ['output', 'output 4', 'output --session latest', 'output 4 --json'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	shell: { usage: 'output [N]', example: '/output 4' },
	options: {
		number: value(
			'[number]',
			'which command, as they are numbered through the session',
			'none',
			countFrom1('output takes'),
		),
		session: only('cli', value('--session <ref>', 'which session; default: the latest', 'sessions', asTyped)),
		json: asJson,
	},
	pages: true,
	pagesInShell: true,
	load: async () => (await import('./run.ts')).output,
	lines: async () => (await import('./lines.ts')).outputLines,
});

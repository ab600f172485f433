import { command } from '../command.ts';
import { asJson, asTyped, only, value, words } from '../options/option-table.ts';

export const rename = command({
	path: 'rename',
	about: 'give a session a title of your own',
	examples: ['rename latest "login rate limit"', 'rename 7F3K2Q login rate limit'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	shell: { usage: 'rename TITLE', example: '/rename login rate limit', summary: 'give this session a title' },
	options: {
		ref: only('cli', value('<ref>', 'which session', 'sessions', asTyped)),
		title: words('<title...>', 'its title, one line', 'text', asTyped),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).rename,
	lines: async () => (await import('./lines.ts')).renameLines,
});

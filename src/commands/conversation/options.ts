import { command } from '../command.ts';
import { readMoment } from '../options/moment.ts';
import { asJson, countFrom1, needed, value, valueOr } from '../options/option-table.ts';
import { readSessionNumbers } from '../options/session-numbers.ts';

export const conversation = command({
	path: 'conversation',
	about: 'read a conversation of any agent, all sessions of its line of work in time',
	examples: [
		'conversation 7F3K2Q',
		'conversation brave-fox --session 2-3',
		'conversation 1b2c3d4e#12 -n 20 --json',
	],
	in: ['cli', 'shell', 'mcp'],
	duringTurn: 'now',
	ignoresName: true,
	transcripts: 'read',
	options: {
		ref: needed(
			'<ref>',
			'the id of a session or conversation, or a slug; with #N: around its message N',
			'sessions',
		),
		session: value(
			'--session <numbers>',
			'only these sessions of it: 4, 2-3 or 1,4',
			'none',
			readSessionNumbers,
		),
		limit: valueOr(
			'200',
			'-n, --limit <count>',
			'at most this many messages',
			'none',
			countFrom1('--limit takes'),
		),
		around: value(
			'--around <time>',
			'those around this time (2026-11-30, "2026-11-30 14:00", 2h), not the last ones',
			'none',
			readMoment('--around takes'),
		),
		json: asJson,
	},
	pages: true,
	pagesInShell: true,
	load: async () => (await import('./run.ts')).conversation,
	lines: async () => (await import('./lines.ts')).conversationLines,
});

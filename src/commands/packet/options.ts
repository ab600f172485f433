import { command } from '../command.ts';
import { asJson, asTyped, countFrom1, only, value } from '../options/option-table.ts';

export const packet = command({
	path: 'packet',
	about: 'show the newest resume packet, or the one that a turn got',
	examples: ['packet', 'packet 3', 'packet --session latest'],
	in: ['cli', 'shell', 'mcp'],
	duringTurn: 'now',
	shell: { usage: 'packet [TURN]', example: '/packet 3' },
	options: {
		turn: value('[turn]', 'the turn that got it; default: the newest', 'turns', countFrom1('packet takes')),
		session: only('cli', value('--session <ref>', 'which session; default: the latest', 'sessions', asTyped)),
		json: asJson,
	},
	pages: true,
	pagesInShell: true,
	load: async () => (await import('./run.ts')).packet,
	lines: async () => (await import('../show/lines.ts')).showLines,
	pieces: async () => (await import('../show/turns/turn-pieces.ts')).showPieces,
});

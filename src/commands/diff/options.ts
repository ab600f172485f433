import { command } from '../command.ts';
import { asJson, asTyped, countFrom1, flag, only, turnNumber, value } from '../options/option-table.ts';

export const diff = command({
	path: 'diff',
	about: 'show what a session changed, with those it continues, or some of its turns',
	examples: ['diff', 'diff latest --turn 2', 'diff --from 2 --to 4 --stat', 'diff --word'],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	shell: { usage: 'diff [TURN] [--from TURN] [--to TURN] [--own] [--stat] [--word]', example: '/diff 2' },
	options: {
		ref: only('cli', value('[ref]', 'which session; default: the latest', 'sessions', asTyped)),
		at: only('shell', value('[turn]', 'only this turn', 'turns', turnNumber)),
		turn: only('cli', value('-t, --turn <number>', 'only this turn', 'none', countFrom1('--turn takes'))),
		from: value('--from <turn>', 'from the beginning of this turn', 'turns', countFrom1('--from takes')),
		to: value('--to <turn>', 'to the end of this turn', 'turns', countFrom1('--to takes')),
		own: flag('--own', 'without the sessions that it continues'),
		stat: flag('--stat', 'which files, and how many lines'),
		word: flag('--word', 'mark words instead of lines: [-old-]{+new+}'),
		json: asJson,
	},
	pages: true,
	load: async () => (await import('./run.ts')).diff,
	lines: async () => (await import('./lines.ts')).diffLines,
});

import { command } from '../command.ts';
import { asJson, asTyped, countFrom1, flag, value } from '../options/option-table.ts';

export const show = command({
	path: 'show',
	about: 'show a session: who worked, what changed, how it ended (default: the latest)',
	examples: ['show', 'show latest --turn 2', 'show --log', 'show 7F3K2Q --json'],
	in: ['cli'],
	duringTurn: 'now',
	options: {
		ref: value('[ref]', 'which session; default: the latest', 'sessions', asTyped),
		turn: value('-t, --turn <number>', 'the transcript of one turn', 'none', countFrom1('--turn takes')),
		packet: flag('--packet', 'the newest resume packet'),
		diff: flag('--diff', 'what its turns changed'),
		log: flag('--log', 'what the relay did, and why'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).show,
	lines: async () => (await import('./lines.ts')).showLines,
});

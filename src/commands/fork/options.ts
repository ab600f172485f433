import { command } from '../command.ts';
import { conversationOptions } from '../options/conversation-options.ts';
import { asJson, asTyped, countFrom1, flag, only, value } from '../options/option-table.ts';
import { undoFlags } from '../options/undo-flags.ts';

const { trust, here } = conversationOptions;
const { partial, force, yes } = undoFlags;

export const fork = command({
	path: 'fork',
	about: 'begin a new line of work after an earlier turn; the session it is forked from stays as it is',
	examples: ['fork latest --turn 2', 'fork 7F3K2Q --turn 2 --files', 'fork 7F3K2Q --to codex'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	shell: {
		usage: 'fork [--turn N] [--files] [--to AGENT]',
		example: '/fork --turn 2 --files',
		summary: 'begin a new line of work after an earlier turn of this one',
	},
	options: {
		ref: only('cli', value('[ref]', 'which session; default: the latest', 'sessions', asTyped)),
		turn: value(
			'--turn <number>',
			'the last turn to keep; default: the newest',
			'turns',
			countFrom1('--turn takes'),
		),
		files: flag('--files', 'take back what later turns changed in the files'),
		to: value('--to <agent>', 'who gets the first prompt (codex, claude:opus, …)', 'agents', asTyped),
		partial,
		force,
		yes,
		trust: only('cli', trust),
		here: only('cli', here),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).fork,
	lines: async () => (await import('./lines.ts')).forkLines,
});

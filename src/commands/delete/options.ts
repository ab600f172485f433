import { command } from '../command.ts';
import { asJson, asTyped, values, yes } from '../options/option-table.ts';

export const deleteSessions = command({
	path: 'delete',
	about: 'remove sessions for good, with what you said in them',
	examples: ['delete 7F3K2Q', 'delete 7F3K2Q 4P5VZ3 --yes'],
	in: ['cli'],
	duringTurn: 'queued',
	options: {
		ref: values('<ref...>', 'which sessions', 'sessions', asTyped),
		yes: yes('remove them without asking for their ids'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).deleteSessions,
	lines: async () => (await import('./lines.ts')).deleteLines,
});

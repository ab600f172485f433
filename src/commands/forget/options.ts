import { command } from '../command.ts';
import { asJson, asTyped, values } from '../options/option-table.ts';

export const forget = command({
	path: 'forget',
	about: 'take conversations out of the search index for good; transcripts and sessions stay',
	examples: ['forget 7F3K2Q', "forget '/home/me/private/*'", "forget 'codex:*' --json"],
	in: ['cli'],
	duringTurn: 'queued',
	ignoresName: true,
	options: {
		what: values('<what...>', 'conversations, or globs over ids, paths and projects', 'none', asTyped),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).forget,
	lines: async () => (await import('./lines.ts')).forgetLines,
});

import { command } from '../command.ts';
import { asJson, asTyped, value, words } from '../options/option-table.ts';

export const note = command({
	path: 'note',
	about:
		'add a note to a session, as an agent does: every later agent gets it with its packet, as what an agent noted',
	examples: ['note latest the staging database is read-only', 'note 7F3K2Q --json use port 8081'],
	in: ['cli', 'mcp'],
	duringTurn: 'now',
	options: {
		ref: value('[ref]', 'which session; default: the one that calls, else the latest', 'sessions', asTyped),
		text: words('[text...]', 'the note', 'text', asTyped),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).note,
	lines: async () => (await import('./lines.ts')).noteLines,
});

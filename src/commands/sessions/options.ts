import { command } from '../command.ts';
import { readAge } from '../options/age.ts';
import {
	asJson,
	asTyped,
	choice,
	flag,
	limitOrNone,
	value,
	valueOr,
	values,
} from '../options/option-table.ts';

export const sessions = command({
	path: 'sessions',
	about: 'list the sessions of this repo, newest first',
	examples: ['sessions', 'sessions --since 7d --grep login', 'sessions --status checkpointed --json'],
	in: ['cli', 'shell', 'mcp'],
	duringTurn: 'now',
	options: {
		limit: valueOr(
			'20',
			'-n, --limit <count>',
			'at most this many; 0: all',
			'none',
			limitOrNone('--limit takes'),
		),
		all: flag('--all', 'of every repo in which you have sessions'),
		status: choice('--status <status>', 'only those in this state', [
			'active',
			'checkpointed',
			'completed',
			'damaged',
		]),
		agent: value('-a, --agent <agent>', 'only those this agent worked in', 'agents', asTyped),
		since: value(
			'--since <age>',
			'only those used within this time (12h, 7d)',
			{ words: ['1d', '7d', '30d'], isOpen: true },
			readAge('--since takes'),
		),
		grep: value(
			'--grep <text>',
			'only those with this text in a name, title, tag or prompt',
			'none',
			asTyped,
		),
		tag: values('--tag <tag>', 'only those with this tag; may be repeated', 'none', asTyped),
		flat: flag('--flat', 'each session as a row of its own, entrants of races too'),
		archived: flag('--archived', 'archived ones instead'),
		json: asJson,
	},
	pages: true,
	load: async () => (await import('./run.ts')).sessions,
	lines: async () => (await import('./lines.ts')).sessionsLines,
});

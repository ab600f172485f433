import { command } from '../command.ts';
import { DEFAULT_AGE, readAge } from '../options/age.ts';
import { asJson, flag, valueOr } from '../options/option-table.ts';

export const prune = command({
	path: 'prune',
	about: 'show what sessions, races, snapshots, witnesses and caches take; --apply removes what is old',
	examples: ['prune', 'prune --sessions --older-than 90d --apply', 'prune --caches --apply'],
	in: ['cli'],
	duringTurn: 'queued',
	options: {
		sessions: flag('--sessions', 'finished sessions of this repo, and those of repos that are gone'),
		races: flag('--races', 'worktrees of races whose work is kept elsewhere'),
		snapshots: flag('--snapshots', 'snapshots of any repo'),
		witness: flag('--witness', 'what you said in sessions that are gone'),
		caches: flag('--caches', 'caches, whatever their age; they are rebuilt when needed'),
		olderThan: valueOr(
			DEFAULT_AGE,
			'--older-than <age>',
			'only what has not been used for this long (12h, 30d)',
			{ words: ['7d', '30d', '90d'], isOpen: true },
			readAge('--older-than takes'),
		),
		unfinished: flag('--unfinished', 'also sessions with work left'),
		apply: flag('--apply', 'remove them; without this nothing is removed'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).prune,
	lines: async () => (await import('./lines.ts')).pruneLines,
});

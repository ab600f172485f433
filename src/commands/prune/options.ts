import { command } from '../command.ts';
import { DEFAULT_AGE, readAge } from '../options/age.ts';
import { asJson, flag, valueOr } from '../options/option-table.ts';

export const prune = command({
	path: 'prune',
	about: 'what sessions, races, snapshots, witnesses and caches take; with --apply what is old goes',
	examples: ['prune', 'prune --sessions --older-than 90d --apply', 'prune --caches --apply'],
	in: ['cli'],
	duringTurn: 'queued',
	options: {
		sessions: flag('--sessions', 'finished sessions of this repo, and those of repos that are gone'),
		races: flag('--races', 'worktrees of races whose work is kept elsewhere'),
		snapshots: flag('--snapshots', 'snapshots of any repo'),
		witness: flag('--witness', 'what you said in sessions that are gone'),
		caches: flag('--caches', 'what is made anew when it is needed, whatever its age'),
		olderThan: valueOr(
			DEFAULT_AGE,
			'--older-than <age>',
			'what was not used for this long (12h, 30d)',
			{ words: ['7d', '30d', '90d'], isOpen: true },
			readAge,
		),
		unfinished: flag('--unfinished', 'sessions with work left too'),
		apply: flag('--apply', 'remove it; without this it is only looked at'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).prune,
	lines: async () => (await import('./lines.ts')).pruneLines,
});

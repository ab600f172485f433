import { command } from '../command.ts';
import { asJson, flag } from '../options/option-table.ts';

export const doctor = command({
	path: 'doctor',
	about: 'check this machine, your agents and what the relay keeps, and say what to do',
	examples: ['doctor', 'doctor --fix'],
	in: ['cli'],
	duringTurn: 'queued',
	ignoresName: true,
	options: {
		fix: flag(
			'--fix',
			'mend what is safe: stale locks, permissions, leftovers; asks before it ends a stray agent',
		),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).doctor,
	lines: async () => (await import('./lines.ts')).doctorLines,
});

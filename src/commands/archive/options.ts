import { command } from '../command.ts';
import { asJson, asTyped, values } from '../options/option-table.ts';

const options = {
	ref: values('<ref...>', 'which sessions', 'sessions', asTyped),
	json: asJson,
};

export const archive = command({
	path: 'archive',
	about: 'keep sessions out of lists; they are not resumed until unarchive takes them back',
	examples: ['archive 7F3K2Q', 'archive 7F3K2Q 4P5VZ3 --json'],
	in: ['cli'],
	duringTurn: 'queued',
	options,
	load: async () => (await import('./run.ts')).archive,
	lines: async () => (await import('./lines.ts')).archiveLines,
});

export const unarchive = command({
	path: 'unarchive',
	about: 'take sessions back from the archive',
	examples: ['unarchive 7F3K2Q'],
	in: ['cli'],
	duringTurn: 'queued',
	options,
	load: async () => (await import('./run.ts')).unarchive,
	lines: async () => (await import('./lines.ts')).archiveLines,
});

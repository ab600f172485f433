import { command } from '../command.ts';
import { asJson, asTyped, choice, flag, value, yes } from '../options/option-table.ts';

export const exportSession = command({
	path: 'export',
	about: 'write a line of work into one file to read or to send (default: the latest)',
	examples: ['export --format html', 'export 7F3K2Q -o review.html', 'export latest --format json -o -'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	live: 'the export',
	linesTo: 'stderr',
	shell: {
		usage: 'export [REF] [--format FORMAT] [-o FILE] [--own] [--full] [--force] [--no-redact]',
		example: '/export --format html',
	},
	options: {
		ref: value('[ref]', 'which session; default: the latest, in the shell the open one', 'sessions', asTyped),
		format: choice('--format <format>', 'md, json or html; default: as the file is named, else md', [
			'md',
			'json',
			'html',
		]),
		output: value(
			'-o, --output <file>',
			'where to; - is stdout; default: a new file on a terminal, stdout in a pipe',
			'files',
			asTyped,
		),
		force: flag('--force', 'replace a file that is there'),
		own: flag('--own', 'this session alone, without those that it continues and that continue it'),
		full: flag('--full', 'shorten nothing'),
		noRedact: flag('--no-redact', 'leave secrets and paths of the home folder in it; asks first'),
		yes: yes('do not ask'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).exportSession,
	lines: async () => (await import('./lines.ts')).exportLines,
});

import { command } from '../../command.ts';
import { permissions, trust } from '../../options/conversation-options.ts';
import { asTyped, documents, only, quietly, value } from '../../options/option-table.ts';

const options = {
	race: value('[race]', 'which race; default: the latest', 'races', asTyped),
	permissions: permissions('read-only, edit or full; full must be given again'),
	trust: only('cli', trust),
	json: documents,
	quiet: quietly('print only the verdict'),
};

export const raceResume = command({
	path: 'race resume',
	about: 'resume a race that was cut off, or whose entrants hit a limit (default: the latest)',
	examples: ['race resume', 'race resume 7F3K2Q'],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	live: 'the race',
	options,
	load: async () => (await import('./run.ts')).raceResume,
	lines: async () => (await import('../lines.ts')).raceLines,
	quietLines: async () => (await import('../lines.ts')).verdictLines,
});

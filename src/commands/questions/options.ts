import { command } from '../command.ts';
import { asJson } from '../options/option-table.ts';

export const questions = command({
	path: 'questions',
	about: 'list what agents ask in your shells right now',
	examples: ['questions', 'questions --json'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: { json: asJson },
	load: async () => (await import('./run.ts')).questions,
	lines: async () => (await import('./lines.ts')).questionLines,
});

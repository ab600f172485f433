import { DECISIONS } from '../../relay/questions/decisions.ts';
import { command } from '../command.ts';
import { asJson, asTyped, value } from '../options/option-table.ts';

export const answer = command({
	path: 'answer',
	about: 'answer what an agent asks in another terminal, with the code shown there',
	examples: ['answer yes', 'answer 3fa9c1 no -m "use the test folder"'],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: {
		id: value(
			'[id]',
			'which question; not needed where one is open',
			{ words: DECISIONS, isOpen: true },
			asTyped,
		),
		decision: value('[decision]', DECISIONS.join(', '), { words: DECISIONS }, asTyped),
		message: value('-m, --message <text>', 'what the agent is told along with a no', 'text', asTyped),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).answer,
	lines: async () => (await import('./lines.ts')).answerLines,
});

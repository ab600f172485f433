import { RelayError } from '../../core/errors.ts';
import { command } from '../command.ts';
import { asJson, flag, valueOr } from '../options/option-table.ts';

export const pair = command({
	path: 'pair',
	about: 'open two shells side by side in tmux, each with its agent, that hear of each other',
	examples: [
		'pair',
		'pair --name review --agents claude,codex',
		'pair --agents claude:opus,claude:haiku --no-watch',
	],
	in: ['cli'],
	duringTurn: 'now',
	ignoresName: true,
	options: {
		agents: valueOr(
			'claude,codex',
			'-A, --agents <a,b>',
			'the two agents, left and right',
			'agent_list',
			readTwo,
		),
		noWatch: flag('--no-watch', 'without the third pane, in which both can be watched'),
		json: asJson,
	},
	load: async () => (await import('./run.ts')).pair,
	lines: async () => (await import('./lines.ts')).pairLines,
});

function readTwo(text: string): readonly [string, string] {
	const [left = '', right = '', ...more] = text.split(',').map((name) => name.trim());
	if (left !== '' && right !== '' && more.length === 0) return [left, right];
	throw new RelayError('usage', `--agents takes two agents, not ${JSON.stringify(text)}.`, {
		hint: 'For instance: --agents claude,codex',
	});
}

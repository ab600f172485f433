import { RelayError } from '../../core/errors.ts';
import { command } from '../command.ts';
import { flag, valueOr } from '../options/option-table.ts';

const MAX_PACE = 20;

export const demo = command({
	path: 'demo',
	about: 'watch a hand-over between bundled demo agents, in a temporary folder',
	examples: ['demo', 'demo --fast', 'demo --keep'],
	in: ['cli'],
	duringTurn: 'queued',
	live: 'the demo',
	options: {
		keep: flag('--keep', 'keep the folder afterwards'),
		fast: flag('--fast', 'show it at once, without a pause'),
		pace: valueOr(
			'1',
			'--pace <factor>',
			'speed of the demo agents; 0 is as fast as possible',
			'none',
			readPace,
		),
	},
	load: async () => (await import('./run.ts')).demo,
	lines: async () => () => [],
});

function readPace(text: string): number {
	const pace = Number(text);
	if (/^\d+(\.\d+)?$/.test(text) && pace <= MAX_PACE) return pace;
	throw new RelayError('usage', `--pace takes a number from 0 to ${MAX_PACE}, not ${JSON.stringify(text)}.`);
}

import { RelayError } from '../../core/errors.ts';
import { command } from '../command.ts';
import { asJson, asTyped, countFrom1, flag, only, value } from '../options/option-table.ts';

export const show = command({
	path: 'show',
	about: 'show a session: who worked, what changed, how it ended (default: the latest)',
	examples: [
		'show',
		'show latest --turn 2',
		'show --turns 2-4 --prompt',
		'show --output',
		'show --log',
		'show 7F3K2Q --json',
	],
	in: ['cli', 'shell'],
	duringTurn: 'now',
	shell: {
		summary: 'show this session, one of its turns, a record of one, or another session',
		usage: 'show [TURN | REF] [--turns RANGE] [--VIEW]',
		example: '/show 2',
	},
	options: {
		ref: only('cli', value('[ref]', 'which session; default: the latest', 'sessions', asTyped)),
		at: only('shell', value('[turn]', 'a turn of this session, or another session', 'turns', asTyped)),
		turn: value(
			'-t, --turn <number>',
			'one turn: its transcript, or the view below',
			'turns',
			countFrom1('--turn takes'),
		),
		turns: value('--turns <range>', 'the same of several: 2-4, or from 2 on: 2-', 'none', turnRange),
		prompt: flag('--prompt', 'what was sent; of the last turn, like the next five, unless one is named'),
		output: flag('--output', 'the transcript as recorded'),
		stderr: flag('--stderr', 'what the agent wrote to stderr'),
		state: flag('--state', 'what happened, as data'),
		events: flag('--events', 'the events, one a line'),
		raw: flag('--raw', "the agent's stdout, byte for byte unless a terminal shows it"),
		packet: flag('--packet', 'the newest resume packet, or the one that a turn got'),
		diff: flag('--diff', 'what its turns changed'),
		log: flag('--log', 'what the relay did, and why'),
		json: asJson,
	},
	pages: true,
	transcripts: 'read',
	load: async () => (await import('./run.ts')).show,
	lines: async () => (await import('./lines.ts')).showLines,
	pieces: async () => (await import('./turns/turn-pieces.ts')).showPieces,
});

/** `2-4`, `2-`, `2`; `to` null: to the last one. */
function turnRange(text: string): { from: number; to: number | null } {
	const [, first = '0', dash, last] = /^(\d{1,9})(?:(-)(\d{1,9})?)?$/.exec(text) ?? [];
	const from = Number(first);
	const to = last === undefined ? (dash === undefined ? from : null) : Number(last);
	if (from > 0 && (to === null || to >= from)) return { from, to };
	throw new RelayError(
		'usage',
		`--turns takes a range such as 2-4, or 2- to the last, not ${JSON.stringify(text)}.`,
	);
}

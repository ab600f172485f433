/** What a call of `show` asks for. Pure. */
import { RelayError } from '../../core/errors.ts';
import type { TurnFileName } from '../../sessions/files/session-paths.ts';
import type { TurnRange } from '../diff/lineage-diff.ts';

export interface ShowOptions {
	ref: string | null;
	/** A turn of the session at hand or a REF, as typed in the shell. */
	at: string | null;
	turn: number | null;
	turns: { from: number; to: number | null } | null;
	prompt: boolean;
	output: boolean;
	stderr: boolean;
	state: boolean;
	events: boolean;
	raw: boolean;
	packet: boolean;
	diff: boolean;
	log: boolean;
	json: boolean;
}

/** Nothing is asked for. */
export const NO_VIEW: ShowOptions = {
	ref: null,
	at: null,
	turn: null,
	turns: null,
	prompt: false,
	output: false,
	stderr: false,
	state: false,
	events: false,
	raw: false,
	packet: false,
	diff: false,
	log: false,
	json: false,
};

/** Views that are a file of a turn, as it is. */
export const FILE_OF_VIEW = {
	prompt: 'prompt.md',
	output: 'output.md',
	stderr: 'stderr.log',
	state: 'state.json',
	events: 'events.jsonl',
	raw: 'raw.jsonl',
} as const satisfies Readonly<Record<string, TurnFileName>>;

export type FileView = keyof typeof FILE_OF_VIEW;

const FILE_VIEWS = ['prompt', 'output', 'stderr', 'state', 'events', 'raw'] as const satisfies FileView[];

export interface Wanted {
	/** null: the session at hand, on the command line the latest. */
	ref: string | null;
	/** `story`: what people read first, of the session or of turns. */
	view: FileView | 'story' | 'packet' | 'diff' | 'log';
	/** null: none was named. */
	range: TurnRange | null;
}

/** Throws RelayError `usage` for what does not go together. */
export function wantedOf(options: ShowOptions): Wanted {
	const { at, turn, turns } = options;
	const typedTurn = at !== null && /^\d{1,9}$/.test(at) ? Number(at) : null;
	const named = [typedTurn ?? turn, turns].filter((one) => one !== null);
	if (named.length > 1 || (typedTurn !== null && turn !== null))
		throw new RelayError('usage', 'Turns were named twice.', {
			hint: 'Give either --turn 2 or --turns 2-4.',
		});
	if (typedTurn === 0) throw new RelayError('usage', 'A turn is a number from 1 on, not 0.');
	const [which] = named;
	return {
		ref: options.ref ?? (typedTurn === null ? at : null),
		view: viewOf(options),
		range: typeof which === 'number' ? { from: which, to: which } : (which ?? null),
	};
}

function viewOf(options: ShowOptions): Wanted['view'] {
	const asked = [...FILE_VIEWS, 'packet' as const, 'diff' as const, 'log' as const].filter(
		(view) => options[view],
	);
	const [view = 'story', ...others] = asked;
	if (others.length === 0) return view;
	throw new RelayError('usage', `${asked.map((one) => `--${one}`).join(' and ')} show different things.`, {
		hint: 'Give one of them.',
	});
}

/**
 * Describes a turn that did not complete to whoever takes over: why it ended, whether its outcome is known, what to look at first.
 * All of it is in the relay's own words from its records; the calls of the agent are in a record fence.
 */
import { safeLine } from '../../core/text.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { fenceRecord, fenceRelay, fenceUser, quoteRecord } from '../fence.ts';
import { nameOnly, windowOnly } from '../name-only.ts';

/** How many calls without an end are named; a turn rarely has more than two. */
const MAX_CALLS = 5;
const MAX_CALL_CHARS = 120;

/** `was cut off: it ran out of time`, for a turn that did not complete. */
export function howItEnded(state: TurnState): string {
	switch (state.status) {
		case 'cancelled':
			return 'was cut off: it was interrupted (Ctrl+C or a signal)';
		case 'timed_out':
			return 'was cut off: it ran out of the time it was given';
		case 'limited':
			return `was cut off: it met a usage limit${limitWords(state.limit)}`;
		case 'outcome_unknown':
		case 'running':
			return 'was cut off in the middle (a crash or a kill)';
		case 'failed':
			return `failed: ${FAILURES[state.stop_reason ?? ''] ?? 'it ended with an error'}`;
		case 'completed':
			return state.stop_reason === 'background_stopped'
				? 'answered, but its background tasks were stopped'
				: 'was completed';
	}
}

function limitWords(limit: TurnState['limit']): string {
	const window = limit?.window ? ` (${windowOnly(limit.window)})` : '';
	return `${window}${limit?.reset_at ? `, in force until ${nameOnly(limit.reset_at)}` : ''}`;
}

const FAILURES: Readonly<Record<string, string>> = {
	context_too_long: 'its conversation had become too long',
	unknown_session: 'its conversation could not be resumed',
	session_in_use: 'its conversation was in use elsewhere',
	auth: 'the login was refused',
	model_not_found: 'its model is unknown',
	max_tokens: 'its answer reached the maximum length',
	max_turns: 'it reached its maximum number of steps',
	max_budget: 'it reached its budget',
	refusal: 'the model refused to answer',
	api_error: 'its provider answered with an error',
	crashed: 'the agent ended by itself',
	empty_answer: 'the answer was empty',
};

export interface CutWords {
	/** `turn 3`. */
	label: string;
	inert: (text: string) => string;
	redact: (text: string) => string;
}

/** For the agent whose own turn it was: some lines of text, ending in a line break. */
export function describeCut(state: TurnState, { label, inert, redact }: CutWords): string {
	const open = state.tools.filter(
		({ status, duration_ms }) => duration_ms === null && (status === 'unknown' || status === 'running'),
	);
	const calls = open.slice(-MAX_CALLS).map(({ name, title }) => {
		const call = safeLine(`${nameOnly(name)}: ${redact(title)}`, MAX_CALL_CHARS);
		return quoteRecord(inert(call));
	});
	const lines = [
		`Your last turn (${label}) ${howItEnded(state)}. ${outcome(state)}`,
		...(calls.length === 0 ? [] : [`Calls of yours without a recorded end (${open.length}); quoted:`]),
	];
	const quoted = calls.length === 0 ? '' : fenceRecord(calls.join(''));
	return `${lines.join('\n')}\n${quoted}${ADVICE}\n`;
}

const ADVICE = 'Check the files, git and running processes before you repeat any of it.';

function outcome({ status, heard }: TurnState): string {
	if (status === 'outcome_unknown' || status === 'running')
		return 'Its outcome is unknown: what it had begun may be done, half done or not done.';
	if (status === 'completed') return 'Its outcome is known, but not that of the stopped tasks.';
	if (status === 'failed' && heard === false) return 'Its outcome is known: nothing was begun.';
	return 'Its outcome is known: it did not finish, and what it had begun may be half done.';
}

/**
 * A turn whose end, or whose prompt, the agent may not know. `unheard`: the user's words, if nothing shows that they reached the
 * agent.
 */
export interface CutTurn {
	state: TurnState;
	unheard: string | null;
}

/**
 * The note before the user's next prompt when an agent resumes its own conversation after a cut: fenced as the relay's. `turns`:
 * oldest first, the last is the one that was cut off.
 */
export function cutNote(turns: readonly CutTurn[], words: CutWords): string {
	const last = turns.at(-1);
	if (last === undefined) return '';
	const unheard = turns.flatMap(({ unheard }) => (unheard === null ? [] : [unheard]));
	const missed =
		unheard.length === 0
			? ''
			: `Nothing shows that this prompt of the user reached you:\n${unheard.map(fenceUser).join('')}`;
	const text = `This note is agent-relay's, not the user's. ${describeCut(last.state, words)}${missed}The user's next prompt follows this note.\n`;
	return `${fenceRelay(text)}\n`;
}

/** Whether an agent's own conversation can be resumed, by what its turns show. Pure. */
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/** After this many refusals in a row the conversation is given up. One may be chance: it is open in another window. */
const MAX_REFUSALS = 2;

/** Outcomes of a turn that the conversation to be resumed may have caused. */
const REFUSALS: ReadonlySet<string | null> = new Set([
	'unknown_session',
	'session_in_use',
	'bad_usage',
	'crashed',
	null,
]);

/** A provider that cannot take what it is sent (a broken message in the conversation) says so with one of these. */
const BAD_REQUEST = /\b(?:API Error:?|status|HTTP)\s*\(?(?:400|413|422)\b/i;

/**
 * Why the native session `id` is left for a new one, as the end of the sentence "its conversation …"; null: it may be
 * resumed. `own`: the agent's turns, oldest first. `hasPacket`: a packet goes with the next prompt, and none is ever sent
 * into a conversation that was just refused.
 */
export function whyLeft(own: readonly TurnState[], id: string | null, hasPacket: boolean): string | null {
	const inIt = turnsIn(own, id ?? newestId(own));
	const last = inIt.at(-1);
	if (last === undefined) return null;
	if (last.unresumable !== undefined) return last.unresumable;
	if (last.stop_reason === 'context_too_long') return 'has become too long';
	if (id === null || (last.resumed && last.stop_reason === 'unknown_session')) return 'is gone';
	const refusals = inIt.length - 1 - inIt.findLastIndex((state) => !isRefusal(state));
	if (refusals >= MAX_REFUSALS) return `was refused ${refusals} times`;
	return hasPacket && refusals > 0 ? 'was refused' : null;
}

/**
 * True when the CLI would not, or could not, resume the conversation, and the model produced nothing.
 * @internal For tests: tried without a store.
 */
export function isRefusal(state: TurnState): boolean {
	const { status, resumed, stop_reason, error } = state;
	if (status !== 'failed' || !resumed || wasHeard(state)) return false;
	if (stop_reason === 'api_error') return BAD_REQUEST.test(error?.message ?? '');
	// A turn that the relay itself could not start or record says nothing about the conversation.
	return REFUSALS.has(stop_reason) && (stop_reason !== 'crashed' || error?.code === 'crashed');
}

/** False: nothing shows that the turn's prompt reached the model. */
export function wasHeard({ heard, status, tools, tokens }: TurnState): boolean {
	return heard ?? (status === 'completed' || tools.length > 0 || (tokens.output ?? 0) > 0);
}

/** A resumed turn whose CLI named no conversation was in the one before it. */
function turnsIn(own: readonly TurnState[], id: string | null): TurnState[] {
	if (id === null) return [];
	let current: string | null = null;
	return own.filter(({ native_session_id, resumed }) => {
		if (native_session_id !== null || !resumed) current = native_session_id;
		return current === id;
	});
}

function newestId(own: readonly TurnState[]): string | null {
	return own.findLast(({ native_session_id }) => native_session_id !== null)?.native_session_id ?? null;
}

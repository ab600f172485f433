/** Whether a finished turn has done something, by its record, and so whether its prompt may be sent again. Pure. */
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/** A successor that fails this fast, and did nothing, never began: the packet goes to the next. */
const FALSE_START_MS = 10_000;

/** It ended by itself or by the relay, and no call or change is on record: asking again repeats no work. */
export function hasNoEffect({ status, stop_reason, tools, files }: TurnState): boolean {
	const hasEnded = status === 'completed' || stop_reason === 'unknown_session';
	return hasEnded && tools.length === 0 && files.length === 0;
}

/** It ended at once, and no call or change is on record: the prompt was not begun, unless the repo's refs say otherwise. */
export function isFalseStart({ status, duration_ms, tools, files }: TurnState): boolean {
	const isQuick = status === 'failed' && (duration_ms ?? 0) < FALSE_START_MS;
	return isQuick && tools.length === 0 && files.length === 0;
}

export function whyFailed({ error, exit_code, signal }: TurnState): string {
	if (error !== null) return error.message;
	return signal === null ? `it ended with exit code ${exit_code ?? '?'}` : `it was ended by ${signal}`;
}

/** True after a limit or a successor that never began; after any other end it is not known what was done. */
export function mayBeSentAgain(last: TurnState | null): boolean {
	return (
		last === null || last.status === 'limited' || (last.status === 'failed' && last.trigger === 'failover')
	);
}

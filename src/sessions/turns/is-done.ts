import type { TurnState } from './turn-state.ts';

/** True for a turn with nothing left to do: it answered, and no background task that the answer waited for was stopped. */
export function isDone({ status, stop_reason }: Pick<TurnState, 'status' | 'stop_reason'>): boolean {
	return status === 'completed' && stop_reason !== 'background_stopped';
}

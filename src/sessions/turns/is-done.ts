import type { TurnState } from './turn-state.ts';

/** True for a turn with nothing left of its prompt: answered, and no background task stopped that the answer waited for. */
export function isDone({ status, stop_reason }: Pick<TurnState, 'status' | 'stop_reason'>): boolean {
	return status === 'completed' && stop_reason !== 'background_stopped';
}

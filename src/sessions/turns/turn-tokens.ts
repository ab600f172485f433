import type { TurnState } from './turn-state.ts';

type TurnTokens = TurnState['tokens'];

export const readOf = ({ input, cache_read, cache_write }: TurnTokens) =>
	(input ?? 0) + (cache_read ?? 0) + (cache_write ?? 0);

/** What the model wrote, reasoning counted once. */
export function writtenOf({ output, reasoning, reasoning_in_output }: TurnTokens): number {
	return reasoning_in_output ? (output ?? reasoning ?? 0) : (output ?? 0) + (reasoning ?? 0);
}

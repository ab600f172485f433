/** Token counts and totals in their disk form. */
import type { ThreadTotals } from '../../agents/agent-adapter.ts';
import type { TokenCounts } from '../../agents/events.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

export function tokensToDisk(tokens: TokenCounts): TurnState['tokens'] {
	const { input, output, cacheRead, cacheWrite, reasoning, reasoningInOutput } = tokens;
	const counts = { input, output, cache_read: cacheRead, cache_write: cacheWrite, reasoning };
	return reasoningInOutput ? { ...counts, reasoning_in_output: true } : counts;
}

export function tokensFromDisk(tokens: TurnState['tokens']): TokenCounts {
	const { input, output, cache_read, cache_write, reasoning, reasoning_in_output } = tokens;
	const counts = { input, output, cacheRead: cache_read, cacheWrite: cache_write, reasoning };
	return reasoning_in_output ? { ...counts, reasoningInOutput: true } : counts;
}

/** The cost is next to the counts if the CLI adds it up too. */
export function totalsToDisk(totals: ThreadTotals): NonNullable<TurnState['cumulative_tokens']> {
	const { costUsd } = totals;
	return { ...tokensToDisk(totals), ...(costUsd === undefined ? {} : { cost_usd: costUsd }) };
}

export function totalsFromDisk(totals: NonNullable<TurnState['cumulative_tokens']>): ThreadTotals {
	const { cost_usd } = totals;
	return { ...tokensFromDisk(totals), ...(typeof cost_usd === 'number' ? { costUsd: cost_usd } : {}) };
}

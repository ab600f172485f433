/** What the turns of a session used, as its record has it. Pure. */
import { oldestPrices } from '../lineage/price-dates.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { TurnState } from './turn-state.ts';

export function sumUsage(states: readonly TurnState[]): SessionMeta['usage'] {
	const byAgent: SessionMeta['usage']['by_agent'] = {};
	for (const { agent, tokens, cost_usd } of states) {
		const sum = byAgent[agent] ?? { turns: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 };
		byAgent[agent] = {
			turns: sum.turns + 1,
			input_tokens: sum.input_tokens + (tokens.input ?? 0),
			output_tokens: sum.output_tokens + (tokens.output ?? 0),
			cost_usd: round(sum.cost_usd + (cost_usd ?? 0)),
		};
	}
	const total = (pick: (state: TurnState) => number | null) =>
		states.reduce((sum, state) => sum + (pick(state) ?? 0), 0);
	const sources = new Set(states.map(({ cost_source }) => cost_source).filter((source) => source !== 'none'));
	const [only] = sources;
	return {
		input_tokens: total(({ tokens }) => tokens.input),
		output_tokens: total(({ tokens }) => tokens.output),
		cache_read_tokens: total(({ tokens }) => tokens.cache_read),
		cache_write_tokens: total(({ tokens }) => tokens.cache_write),
		// Only what is not already counted in the output.
		reasoning_tokens: total(({ tokens }) => (tokens.reasoning_in_output ? 0 : tokens.reasoning)),
		cost_usd: round(total(({ cost_usd }) => cost_usd)),
		cost_source: sources.size > 1 ? 'mixed' : (only ?? 'none'),
		...oldestPrices(states),
		by_agent: byAgent,
	};
}

/** Sums of dollars without the tails of binary fractions: a millionth of a dollar is below any price. */
function round(usd: number): number {
	return Math.round(usd * 1e6) / 1e6;
}

import type { SessionMeta } from '../session-meta.ts';
import { oldestPrices } from './price-dates.ts';

type Usage = SessionMeta['usage'];

/** The total of a session and those it continues; each record counts only its own turns. */
export function sumOfUsage(usages: readonly Usage[]): Usage {
	const total = (pick: (usage: Usage) => number) => usages.reduce((sum, usage) => sum + pick(usage), 0);
	return {
		input_tokens: total((usage) => usage.input_tokens),
		output_tokens: total((usage) => usage.output_tokens),
		cache_read_tokens: total((usage) => usage.cache_read_tokens),
		cache_write_tokens: total((usage) => usage.cache_write_tokens),
		reasoning_tokens: total((usage) => usage.reasoning_tokens),
		...sumOfCosts(usages),
		by_agent: sumByAgent(usages),
	};
}

export type SumOfCosts = Pick<Usage, 'cost_usd' | 'cost_source' | 'prices_as_of'>;

export function sumOfCosts(costs: readonly SumOfCosts[]): SumOfCosts {
	const sources = new Set(costs.map(({ cost_source }) => cost_source).filter((source) => source !== 'none'));
	const [only] = sources;
	return {
		cost_usd: inMillionths(costs.reduce((sum, { cost_usd }) => sum + cost_usd, 0)),
		cost_source: sources.size > 1 ? 'mixed' : (only ?? 'none'),
		...oldestPrices(costs),
	};
}

function sumByAgent(usages: readonly Usage[]): Usage['by_agent'] {
	const sums: Usage['by_agent'] = {};
	for (const [agent, own] of usages.flatMap(({ by_agent }) => Object.entries(by_agent))) {
		const sum = sums[agent] ?? { turns: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 };
		sums[agent] = {
			turns: sum.turns + own.turns,
			input_tokens: sum.input_tokens + own.input_tokens,
			output_tokens: sum.output_tokens + own.output_tokens,
			cost_usd: inMillionths(sum.cost_usd + own.cost_usd),
		};
	}
	return sums;
}

/** Sums of dollars without the tails of binary fractions. */
function inMillionths(usd: number): number {
	return Math.round(usd * 1e6) / 1e6;
}

/** What turns cost, with what a plan covers, what agents report and what is only estimated kept apart, as `metrics` does. Pure. */
import { oldestPrices } from '../../../sessions/lineage/price-dates.ts';
import type { TurnState } from '../../../sessions/turns/turn-state.ts';
import { writtenOf } from '../../../sessions/turns/turn-tokens.ts';
import { loginOf, showsPlan } from '../../metrics/turn-sums.ts';
import type { CostKind, ExportCost, ExportUsage } from '../document.ts';

/** null: no cost is known. */
export type Pricing = (state: TurnState) => ExportCost | null;

/** `states`: all turns, as an agent does not report in each that it works under a plan. */
export function createPricing(states: readonly TurnState[]): Pricing {
	const plans = new Set(states.filter(showsPlan).flatMap((state) => loginOf(state) ?? []));
	const isInPlan = (state: TurnState) => showsPlan(state) || plans.has(loginOf(state) ?? '');
	return (state) => {
		const { cost_usd: usd, cost_source: source, prices_as_of } = state;
		if (usd === null || source === 'none') return null;
		return { usd, kind: isInPlan(state) ? 'in_plan' : source, prices_as_of: prices_as_of ?? null };
	};
}

export function usageOf(states: readonly TurnState[], pricing: Pricing): ExportUsage {
	const sum = (pick: (state: TurnState) => number | null) =>
		states.reduce((total, state) => total + (pick(state) ?? 0), 0);
	const costs = states.flatMap((state) => pricing(state) ?? []);
	const usd = (kind: CostKind) => {
		const own = costs.filter((cost) => cost.kind === kind);
		return own.every((cost) => cost.usd === 0)
			? null
			: inMillionths(own.reduce((total, cost) => total + cost.usd, 0));
	};
	return {
		input_tokens: sum(({ tokens }) => tokens.input),
		output_tokens: sum(({ tokens }) => writtenOf(tokens)),
		cache_read_tokens: sum(({ tokens }) => tokens.cache_read),
		cache_write_tokens: sum(({ tokens }) => tokens.cache_write),
		reasoning_tokens: sum(({ tokens }) => tokens.reasoning),
		cost: { in_plan_usd: usd('in_plan'), reported_usd: usd('reported'), estimated_usd: usd('estimated') },
		prices_as_of: oldestPrices(states).prices_as_of ?? null,
	};
}

/** Sums of dollars without the tails of binary fractions. */
const inMillionths = (usd: number): number => Math.round(usd * 1e6) / 1e6;

/** Figures as data: `--json`, and the cells of `--csv`. */

import type { GroupedBy } from './grouping.ts';
import type { MetricsData, MetricsRow } from './metrics-data.ts';
import { allTokens, MICROS_PER_USD, type Sums, successRate } from './turn-sums.ts';

export function metricsJson({ by, since, agent, rows, total, days, damaged }: MetricsData) {
	return {
		by,
		since,
		agent,
		groups: rows.map((row) => ({ ...headOf(row, by), ...figuresOf(row.sums) })),
		total: figuresOf(total),
		days: days.map(([day, turns]) => ({ day, turns })),
		damaged: damaged.map(({ id, root, problem }) => ({ session: id, repo: root, problem })),
	};
}

function headOf({ key, title }: MetricsRow, by: GroupedBy) {
	return by === 'lineage' ? { lineage: key, title } : { [by]: key };
}

/** In this order: the columns of `--csv`, where new ones are added at the end. */
export function figuresOf({ tokens, cost, ...sums }: Sums) {
	return {
		turns: sums.turns,
		ended: sums.ended,
		done: sums.done,
		success_rate: successRate(sums),
		input_tokens: tokens.input,
		cache_read_tokens: tokens.cacheRead,
		cache_write_tokens: tokens.cacheWrite,
		output_tokens: tokens.output,
		reasoning_tokens: tokens.reasoning,
		total_tokens: allTokens(tokens),
		turns_without_tokens: sums.uncounted,
		reported_usd: cost.reported / MICROS_PER_USD,
		estimated_usd: cost.estimated / MICROS_PER_USD,
		in_plan_usd: cost.inPlan / MICROS_PER_USD,
		prices_as_of: cost.pricesAsOf,
		agent_ms: sums.agentMs,
		wall_ms: sums.wallMs,
		limits: sums.limits,
		hand_overs: sums.handOvers,
	};
}

/** Whether the budgets of a session have room for another turn. Pure. */
import type { RelayConfig } from '../../config/schema.ts';
import { formatPlural } from '../../core/plural.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { sumOfUsage } from '../../sessions/lineage/lineage-usage.ts';
import type { CheckpointReason } from '../../sessions/session-meta.ts';

export interface SpentBudget {
	reason: Extract<CheckpointReason, 'max_turns' | 'max_budget'>;
	/** For people. */
	text: string;
	/** The flag that gives the session room for about as much again. */
	larger: string;
}

/** The budget that has no room for another turn in this session, those it continues included; null: there is room. */
export function spentBudget(
	{ max_turns, max_cost }: RelayConfig['budgets'],
	readLineage: () => ReadonlyArray<{ meta: Pick<LineageEntry['meta'], 'usage'>; turns: readonly unknown[] }>,
): SpentBudget | null {
	// Most sessions have no budget, and reading a lineage means looking at each of its turns.
	if (max_turns === 0 && max_cost === 0) return null;
	const lineage = readLineage();
	const turns = lineage.reduce((sum, entry) => sum + entry.turns.length, 0);
	const where = lineage.length > 1 ? ' in this session and those it continues' : ' in this session';
	if (max_turns > 0 && turns >= max_turns)
		return {
			reason: 'max_turns',
			text: `budgets.max_turns = ${max_turns} is used up (${formatPlural(turns, 'turn')}${where})`,
			larger: `--max-turns ${turns + max_turns}`,
		};
	const { cost_usd: cost, prices_as_of: day } = sumOfUsage(lineage.map(({ meta }) => meta.usage));
	const prices = day === undefined ? '' : `, estimates at prices of ${day},`;
	if (max_cost > 0 && cost >= max_cost)
		return {
			reason: 'max_budget',
			text: `budgets.max_cost = ${max_cost} is used up (${formatUsd(cost)} USD${prices}${where})`,
			larger: `--max-cost ${Math.ceil((cost + max_cost) * 100) / 100}`,
		};
	return null;
}

/** Shows parts of a cent too: next to a small budget `0.00` would say that nothing was spent. */
function formatUsd(usd: number): string {
	return usd < 0.1 ? String(Number(usd.toPrecision(2))) : usd.toFixed(2);
}

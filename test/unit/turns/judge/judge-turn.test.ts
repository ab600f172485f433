import { describe, expect, it } from 'vitest';
import type { ParsedTurn } from '../../../../src/agents/agent-adapter.ts';
import { NO_TOKENS, type PlanItem } from '../../../../src/agents/events.ts';
import { PRICES_AS_OF } from '../../../../src/limits/price-table.ts';
import { judgeTurn } from '../../../../src/turns/judge/judge-turn.ts';
import { TurnFacts } from '../../../../src/turns/turn-facts.ts';

const parsed: ParsedTurn = {
	outcome: 'completed',
	stopReason: 'end_turn',
	error: null,
	limit: null,
	nativeSessionId: null,
	model: null,
	tokens: NO_TOKENS,
	cumulative: null,
	costUsd: null,
	toolResults: [],
	utilization: [],
};
const told: PlanItem[] = [
	{ text: 'read', status: 'completed' },
	{ text: 'write', status: 'pending' },
];

function judgedPlan(native: PlanItem[]) {
	const facts = new TurnFacts();
	facts.add({ type: 'plan', items: told }, 0);
	return judgeTurn({ ...parsed, plan: native }, facts, null, () => null).plan;
}

describe('the plan of a judged turn', () => {
	it('has the states of the native record where that lists the same items', () => {
		const native: PlanItem[] = [
			{ text: 'read', status: 'completed' },
			{ text: ' write', status: 'in_progress' },
		];
		expect(judgedPlan(native)).toEqual(native);
	});

	it.each([
		[
			'other items',
			[{ text: 'read', status: 'completed' } as const, { text: 'sing', status: 'pending' } as const],
		],
		['fewer items', [{ text: 'read', status: 'completed' } as const]],
		['none', []],
	])('stays as the stream told it where the native record has %s', (_, native) => {
		expect(judgedPlan(native)).toEqual(told);
	});
});

describe('the cost of a judged turn', () => {
	const costOf = (costUsd: number | null, estimate: number | null) => {
		const { cost_usd, cost_source, prices_as_of } = judgeTurn(
			{ ...parsed, costUsd },
			new TurnFacts(),
			null,
			() => estimate,
		);
		return { cost_usd, cost_source, prices_as_of };
	};

	it('is what the CLI reports, and else an estimate with the day of its prices', () => {
		expect(costOf(0.5, 2)).toEqual({ cost_usd: 0.5, cost_source: 'reported', prices_as_of: undefined });
		expect(costOf(0, 2)).toEqual({ cost_usd: 0, cost_source: 'reported', prices_as_of: undefined });
		expect(costOf(null, 2)).toEqual({ cost_usd: 2, cost_source: 'estimated', prices_as_of: PRICES_AS_OF });
		expect(costOf(null, null)).toEqual({ cost_usd: null, cost_source: 'none', prices_as_of: undefined });
	});
});

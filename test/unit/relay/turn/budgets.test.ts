import { describe, expect, it } from 'vitest';
import { spentBudget } from '../../../../src/relay/turn/budgets.ts';
import { sumOfUsage } from '../../../../src/sessions/lineage/lineage-usage.ts';
import type { SessionMeta } from '../../../../src/sessions/session-meta.ts';

function usage(cost: number, over: Partial<SessionMeta['usage']> = {}): SessionMeta['usage'] {
	return {
		input_tokens: 100,
		output_tokens: 10,
		cache_read_tokens: 0,
		cache_write_tokens: 0,
		reasoning_tokens: 0,
		cost_usd: cost,
		cost_source: 'reported',
		by_agent: { claude: { turns: 1, input_tokens: 100, output_tokens: 10, cost_usd: cost } },
		...over,
	};
}

const session = (turns: number, cost: number) => ({
	meta: { usage: usage(cost) },
	turns: Array.from({ length: turns }),
});
const budgets = (max_turns: number, max_cost: number) => ({ max_turns, max_cost });

describe('the budgets of a session', () => {
	it('have no end by default', () => {
		expect(spentBudget(budgets(0, 0), () => [session(1000, 1000)])).toBeNull();
	});

	it('count the turns of the session and of those it continues', () => {
		expect(spentBudget(budgets(3, 0), () => [session(2, 0)])).toBeNull();
		expect(spentBudget(budgets(3, 0), () => [session(2, 0), session(1, 0)])).toEqual({
			reason: 'max_turns',
			text: 'budgets.max_turns = 3 is used up (3 turns in this session and those it continues)',
			larger: '--max-turns 6',
		});
	});

	it('add up the cost in the same way, under a reason of its own', () => {
		expect(spentBudget(budgets(0, 0.3), () => [session(1, 0.1), session(1, 0.1)])).toBeNull();
		expect(spentBudget(budgets(0, 0.3), () => [session(1, 0.1), session(1, 0.2)])).toMatchObject({
			reason: 'max_budget',
			text: expect.stringContaining('budgets.max_cost = 0.3 is used up (0.30 USD'),
			larger: '--max-cost 0.6',
		});
	});

	it('name the day of the prices if some of the cost is estimated', () => {
		const estimated = usage(0.4, { cost_source: 'estimated', prices_as_of: '2025-11-30' });
		expect(
			spentBudget(budgets(0, 0.3), () => [session(1, 0.1), { meta: { usage: estimated }, turns: [] }])?.text,
		).toContain('(0.50 USD, estimates at prices of 2025-11-30, in this session and those it continues)');
	});

	it.each([
		[0.001, 0.00375, '(0.0037 USD'],
		[1, 1.234, '(1.23 USD'],
		[100, 100.004, '(100.00 USD'],
	])('of %d USD tell what was spent, and a budget that has room again', (max, cost, spent) => {
		const found = spentBudget(budgets(0, max), () => [session(1, cost)]);
		expect(found?.text).toContain(spent);
		const raised = Number(found?.larger.split(' ')[1]);
		expect(spentBudget(budgets(0, raised), () => [session(1, cost)])).toBeNull();
	});
});

describe('the usage of a lineage', () => {
	it('is the sum of its sessions, by agent too, and says if costs have two sources', () => {
		const codex = { codex: { turns: 2, input_tokens: 1, output_tokens: 2, cost_usd: 0.5 } };
		const sum = sumOfUsage([
			usage(0.1),
			usage(0.2),
			usage(0.5, { by_agent: codex, cost_source: 'estimated' }),
		]);
		expect(sum).toMatchObject({ input_tokens: 300, output_tokens: 30, cost_usd: 0.8, cost_source: 'mixed' });
		expect(sum.by_agent).toEqual({
			claude: { turns: 2, input_tokens: 200, output_tokens: 20, cost_usd: 0.3 },
			...codex,
		});
		expect(sumOfUsage([]).cost_source).toBe('none');
	});

	it('names the oldest price list behind its estimates, and none if all is reported', () => {
		const of = (prices_as_of: string) => usage(0.1, { cost_source: 'estimated', prices_as_of });
		expect(sumOfUsage([usage(0.1), of('2026-02-01'), of('2025-11-30')]).prices_as_of).toBe('2025-11-30');
		expect(sumOfUsage([usage(0.1)])).not.toHaveProperty('prices_as_of');
	});
});

import { describe, expect, it } from 'vitest';
import type { ParsedTurn } from '../../../src/agents/contract.ts';
import { NO_TOKENS, type PlanItem } from '../../../src/agents/events.ts';
import { judgeTurn } from '../../../src/turns/judge-turn.ts';
import { TurnFacts } from '../../../src/turns/turn-facts.ts';

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

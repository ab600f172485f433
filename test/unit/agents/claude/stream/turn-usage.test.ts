import { describe, expect, it } from 'vitest';
import type { ThreadTotals } from '../../../../../src/agents/agent-adapter.ts';
import { readTurnUsage } from '../../../../../src/agents/claude/stream/turn-usage.ts';
import { NO_TOKENS, type TokenCounts } from '../../../../../src/agents/events.ts';

const counts = (input: number, output: number, cacheRead = 0): TokenCounts => ({
	input,
	output,
	cacheRead,
	cacheWrite: 0,
	reasoning: null,
});

/** A result line: `main` is its `usage`, `models` its `modelUsage`. */
const result = (main: TokenCounts, models: TokenCounts, cost: number) => ({
	type: 'result',
	total_cost_usd: cost,
	usage: { input_tokens: main.input, output_tokens: main.output, cache_read_input_tokens: main.cacheRead },
	modelUsage: {
		m: {
			inputTokens: models.input,
			outputTokens: models.output,
			cacheReadInputTokens: models.cacheRead,
			cacheCreationInputTokens: 0,
		},
	},
});
const BEFORE: ThreadTotals = { ...counts(1000, 50), costUsd: 0.0025 };
const TURN = counts(300, 20, 700);
const read = (line: object, running = TURN, before: ThreadTotals | null = BEFORE, isResumed = true) =>
	readTurnUsage(line as Record<string, unknown>, { isResumed, before, running });

describe('the usage of a resumed turn of claude', () => {
	it('is the difference where the line counts the whole native session (2.1.330)', () => {
		const whole = result(TURN, counts(1300, 70, 700), 0.00337);
		expect(read(whole)).toMatchObject({
			tokens: TURN,
			costUsd: 0.00087,
			totals: { input: 1300, costUsd: 0.00337 },
		});
		expect(read(whole, NO_TOKENS), 'without partial messages').toMatchObject({ tokens: TURN });
	});

	it('is the line itself where that counts the process (2.1.197)', () => {
		expect(read(result(TURN, TURN, 0.001))).toMatchObject({ tokens: TURN, costUsd: 0.001 });
		const larger = counts(5000, 400, 9000);
		expect(read(result(larger, larger, 0.02), larger)).toMatchObject({ tokens: larger, costUsd: 0.02 });
	});

	it('includes what sub-agents used', () => {
		const withSubAgent = counts(2300, 170, 700);
		const whole = result(TURN, counts(3300, 220, 700), 0.01);
		expect(read(whole, withSubAgent)).toMatchObject({ tokens: withSubAgent, costUsd: 0.0075 });
		expect(read(result(TURN, withSubAgent, 0.01), withSubAgent)).toMatchObject({
			tokens: withSubAgent,
			costUsd: 0.01,
		});
	});

	it('is what was streamed, and its cost not reported, when earlier totals are unknown', () => {
		const whole = result(TURN, counts(1300, 70, 700), 0.00337);
		expect(read(whole, TURN, null)).toMatchObject({ tokens: TURN, costUsd: null });
		expect(read(result(TURN, TURN, 0.001), TURN, null)).toMatchObject({ tokens: TURN, costUsd: 0.001 });
	});

	it('has no cost where only the tokens before are known', () => {
		const whole = result(TURN, counts(1300, 70, 700), 0.00337);
		expect(read(whole, TURN, counts(1000, 50))).toMatchObject({ tokens: TURN, costUsd: null });
	});

	it('does not go below zero when totals started again', () => {
		expect(read(result(TURN, TURN, 0.001), TURN, { ...counts(90_000, 9000), costUsd: 3 })).toMatchObject({
			tokens: TURN,
			costUsd: 0.001,
		});
	});
});

describe('the usage of a fresh turn', () => {
	it('is the line itself, whatever was streamed', () => {
		expect(read(result(TURN, TURN, 0.001), NO_TOKENS, null, false)).toMatchObject({
			tokens: TURN,
			costUsd: 0.001,
		});
	});
});

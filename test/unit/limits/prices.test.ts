import { describe, expect, it } from 'vitest';
import { NO_TOKENS } from '../../../src/agents/events.ts';
import { PRICE_TABLE, PRICES_AS_OF } from '../../../src/limits/price-table.ts';
import { estimateCost } from '../../../src/limits/prices.ts';

const million = { input: 1e6, output: 1e6, cacheRead: 1e6, cacheWrite: 1e6, reasoning: 1e6 };

describe('estimateCost', () => {
	it('adds every kind of token at its own price, reasoning as output', () => {
		expect(estimateCost('claude-sonnet-4-5', million)).toBeCloseTo(3 + 15 + 15 + 0.3 + 3.75);
		expect(estimateCost('gemini-2.5-pro', million)).toBeCloseTo(1.25 + 10 + 10 + 0.125 + 1.25);
	});

	it('counts reasoning once where the output has it already', () => {
		const tokens = { ...NO_TOKENS, output: 1e6, reasoning: 4e5 };
		expect(estimateCost('gpt-5', { ...tokens, reasoningInOutput: true })).toBe(10);
		expect(estimateCost('gpt-5', tokens)).toBe(14);
	});

	it.each([
		['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
		['claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
		['claude-sonnet-4-5', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
		['gpt-5', 'gpt-5.1-codex'],
		['claude-opus-4-5', 'claude-opus-9'],
	])('prices %s and %s alike', (one, other) => {
		expect(estimateCost(one, million)).not.toBeNull();
		expect(estimateCost(other, million)).toBe(estimateCost(one, million));
	});

	it('distinguishes members of a family', () => {
		expect(estimateCost('gpt-5-mini', million)).not.toBe(estimateCost('gpt-5', million));
		expect(estimateCost('claude-opus-4-1', million)).not.toBe(estimateCost('claude-opus-4-5', million));
		expect(estimateCost('gemini-2.5-flash-lite', million)).not.toBe(
			estimateCost('gemini-2.5-flash', million),
		);
	});

	it('does not guess for unknown models, no model, or no counts', () => {
		for (const model of ['llama-3', 'gpt-50x', 'o30', 'claudette', '', null])
			expect(estimateCost(model, million)).toBeNull();
		expect(estimateCost('gpt-5', NO_TOKENS)).toBeNull();
	});

	it('counts an unreported number as 0', () => {
		expect(estimateCost('gpt-5', { ...NO_TOKENS, output: 1e6 })).toBe(10);
	});

	it('says how old its prices are', () => {
		expect(PRICES_AS_OF).toMatch(/^\d{4}-\d\d-\d\d$/);
		expect(new Date(PRICES_AS_OF).toISOString().slice(0, 10)).toBe(PRICES_AS_OF);
	});
});

describe('the list of prices', () => {
	it('names models as CLIs do, in lower case and without a provider', () => {
		for (const name of Object.keys(PRICE_TABLE)) expect(name).toMatch(/^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/);
	});

	it.each(Object.entries(PRICE_TABLE))(
		'has prices of %s in dollars a million tokens, cached ones last',
		(_, price) => {
			const [input, output, cacheRead, cacheWrite] = price;
			// The dearest model ever listed took 600; a price a token instead of a million would be below a thousandth.
			for (const usd of price) expect(usd).toBeGreaterThan(0.001);
			for (const usd of price) expect(usd).toBeLessThan(1000);
			expect(output).toBeGreaterThan(input);
			expect(cacheRead).toBeLessThanOrEqual(input);
			expect(cacheWrite).toBeGreaterThanOrEqual(input);
		},
	);
});

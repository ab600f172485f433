// Written by `npm run prices` (scripts/prices.mjs).

/** The day on which the list was taken. */
export const PRICES_AS_OF = '2025-11-30';

/**
 * Keyed by a model's name or its beginning: USD per million tokens of input, of output, read from a cache, written to a cache.
 * From anthropic.com/pricing, openai.com/api/pricing and ai.google.dev/pricing.
 */
export const PRICE_TABLE: Readonly<Record<string, readonly [number, number, number, number]>> = {
	'claude-3-5-haiku': [0.8, 4, 0.08, 1],
	'claude-3-5-sonnet': [3, 15, 0.3, 3.75],
	'claude-3-7-sonnet': [3, 15, 0.3, 3.75],
	'claude-3-haiku': [0.25, 1.25, 0.025, 0.3125],
	'claude-3-opus': [15, 75, 1.5, 18.75],
	'claude-haiku': [1, 5, 0.1, 1.25],
	'claude-opus': [5, 25, 0.5, 6.25],
	'claude-opus-4': [15, 75, 1.5, 18.75],
	'claude-opus-4-1': [15, 75, 1.5, 18.75],
	'claude-opus-4-5': [5, 25, 0.5, 6.25],
	'claude-opus-4-6': [5, 25, 0.5, 6.25],
	'claude-sonnet': [3, 15, 0.3, 3.75],
	'codex-mini': [1.5, 6, 0.375, 1.5],
	'gemini-2.0-flash': [0.1, 0.4, 0.025, 0.1],
	'gemini-2.0-flash-lite': [0.075, 0.3, 0.075, 0.075],
	'gemini-2.5-flash': [0.3, 2.5, 0.03, 0.3],
	'gemini-2.5-flash-lite': [0.1, 0.4, 0.01, 0.1],
	'gemini-2.5-pro': [1.25, 10, 0.125, 1.25],
	'gemini-3-flash': [0.5, 3, 0.05, 0.5],
	'gemini-3-pro': [2, 12, 0.2, 2],
	'gpt-4.1': [2, 8, 0.5, 2],
	'gpt-4.1-mini': [0.4, 1.6, 0.1, 0.4],
	'gpt-4.1-nano': [0.1, 0.4, 0.025, 0.1],
	'gpt-4o': [2.5, 10, 1.25, 2.5],
	'gpt-4o-mini': [0.15, 0.6, 0.075, 0.15],
	'gpt-5': [1.25, 10, 0.125, 1.25],
	'gpt-5-codex-mini': [0.25, 2, 0.025, 0.25],
	'gpt-5-mini': [0.25, 2, 0.025, 0.25],
	'gpt-5-nano': [0.05, 0.4, 0.005, 0.05],
	'gpt-5-pro': [15, 120, 15, 15],
	'gpt-5.1-codex-mini': [0.25, 2, 0.025, 0.25],
	'gpt-5.2': [1.75, 14, 0.175, 1.75],
	o3: [2, 8, 0.5, 2],
	'o3-mini': [1.1, 4.4, 0.55, 1.1],
	'o4-mini': [1.1, 4.4, 0.275, 1.1],
};

import { NO_TOKENS, type TokenCounts } from '../../events.ts';
import { countOrNull, type JsonObject } from '../../reading/json-fields.ts';

export const ZERO_TOKENS: TokenCounts = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

/**
 * The CLI's own counts in the relay's terms. `input_tokens` includes the cached ones, so they are taken out;
 * `reasoning_output_tokens` are inside `output_tokens` and stay there.
 */
export function readUsage(usage: JsonObject): TokenCounts {
	const whole = countOrNull(usage.input_tokens);
	const cached = countOrNull(usage.cached_input_tokens);
	return {
		input: whole === null ? null : Math.max(0, whole - (cached ?? 0)),
		output: countOrNull(usage.output_tokens),
		cacheRead: cached,
		cacheWrite: countOrNull(usage.cache_write_input_tokens),
		reasoning: countOrNull(usage.reasoning_output_tokens),
		reasoningInOutput: true,
	};
}

/** Totals after minus totals before, field by field; null if either is unknown or the total went down. */
export function subtractTokens(after: TokenCounts, before: TokenCounts): TokenCounts {
	return combine(after, before, (a, b) => (a >= b ? a - b : null));
}

export function addTokens(a: TokenCounts, b: TokenCounts): TokenCounts {
	return combine(a, b, (x, y) => x + y);
}

export function sameTokens(a: TokenCounts, b: TokenCounts): boolean {
	return (Object.keys(NO_TOKENS) as Array<keyof TokenCounts>).every((key) => a[key] === b[key]);
}

function combine(
	a: TokenCounts,
	b: TokenCounts,
	operation: (a: number, b: number) => number | null,
): TokenCounts {
	const field = (key: Exclude<keyof TokenCounts, 'reasoningInOutput'>) => {
		const [x, y] = [a[key], b[key]];
		return x === null || y === null ? null : operation(x, y);
	};
	return {
		input: field('input'),
		output: field('output'),
		cacheRead: field('cacheRead'),
		cacheWrite: field('cacheWrite'),
		reasoning: field('reasoning'),
		reasoningInOutput: true,
	};
}

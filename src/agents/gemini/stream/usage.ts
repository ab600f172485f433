import type { TokenCounts } from '../../events.ts';
import { countOrNull, type JsonObject } from '../../reading/json-fields.ts';

/**
 * `stats` of the result line: the sum over this process's requests, so only this turn, even on resume. `input` is
 * without cached tokens; the part of the total that is neither input nor output was reasoning.
 */
export function readStats(stats: JsonObject): TokenCounts {
	const whole = countOrNull(stats.input_tokens);
	const output = countOrNull(stats.output_tokens);
	const total = countOrNull(stats.total_tokens);
	const cached = countOrNull(stats.cached);
	const uncached = whole === null ? null : Math.max(0, whole - (cached ?? 0));
	return {
		input: countOrNull(stats.input) ?? uncached,
		output,
		cacheRead: cached,
		cacheWrite: 0,
		reasoning:
			total === null || whole === null || output === null ? null : Math.max(0, total - whole - output),
	};
}

import { NO_TOKENS, type TokenCounts } from '../../events.ts';
import { countOrNull, type JsonObject, numberOrNull, objectOrEmpty } from '../../reading/json-fields.ts';

/** Adds up the steps of one turn: `input` is without cached tokens, `output` without reasoning, cost in USD. */
export class StepUsage {
	tokens: TokenCounts = NO_TOKENS;
	costUsd: number | null = null;

	/** The `part` of a `step_finish` line. */
	add(part: JsonObject): void {
		const reported = objectOrEmpty(part.tokens);
		const cache = objectOrEmpty(reported.cache);
		this.tokens = {
			input: sum(this.tokens.input, countOrNull(reported.input)),
			output: sum(this.tokens.output, countOrNull(reported.output)),
			cacheRead: sum(this.tokens.cacheRead, countOrNull(cache.read)),
			cacheWrite: sum(this.tokens.cacheWrite, countOrNull(cache.write)),
			reasoning: sum(this.tokens.reasoning, countOrNull(reported.reasoning)),
		};
		const cost = numberOrNull(part.cost);
		if (cost !== null && cost >= 0) this.costUsd = roundedUsd((this.costUsd ?? 0) + cost);
	}
}

function sum(a: number | null, b: number | null): number | null {
	return a === null ? b : b === null ? a : a + b;
}

/** Binary sums are slightly off; a billionth of a dollar is precise enough. */
function roundedUsd(value: number): number {
	return Math.round(value * 1e9) / 1e9;
}

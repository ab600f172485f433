import { NO_TOKENS, type TokenCounts } from '../events.ts';
import { countOrNull, type JsonObject, numberOrNull, objectOrEmpty, objectOrNull } from '../json-fields.ts';

/**
 * What the whole process used, as the result line tells it. `modelUsage` is summed because `usage` leaves out sub-agents,
 * answers got without streaming, and says 0 after a budget stop; `usage` serves only a line without it.
 */
export function resultTokens(result: JsonObject): TokenCounts {
	const byModel = objectOrNull(result.modelUsage);
	if (byModel === null) return apiTokens(objectOrEmpty(result.usage));
	const models = Object.values(byModel).map(objectOrEmpty);
	const sum = (field: string) => models.reduce((total, model) => total + (countOrNull(model[field]) ?? 0), 0);
	return {
		input: sum('inputTokens'),
		output: sum('outputTokens'),
		cacheRead: sum('cacheReadInputTokens'),
		cacheWrite: sum('cacheCreationInputTokens'),
		reasoning: null,
	};
}

export function resultCost(result: JsonObject): number | null {
	const cost = numberOrNull(result.total_cost_usd);
	return cost === null || cost < 0 ? null : cost;
}

function apiTokens(usage: JsonObject): TokenCounts {
	return {
		input: countOrNull(usage.input_tokens),
		output: countOrNull(usage.output_tokens),
		cacheRead: countOrNull(usage.cache_read_input_tokens),
		cacheWrite: countOrNull(usage.cache_creation_input_tokens),
		reasoning: null,
	};
}

/**
 * Adds up what the requests of a turn used while it runs, from partial messages: `message_start` tells the input,
 * `message_delta` the output so far. This is all that is known of a turn that is stopped before its result line.
 */
export class RunningUsage {
	#done: TokenCounts = NO_TOKENS;
	#current: TokenCounts = NO_TOKENS;

	messageStarts(usage: JsonObject): void {
		this.#done = this.total();
		this.#current = apiTokens(usage);
	}

	messageGrows(usage: JsonObject): void {
		const told = apiTokens(usage);
		this.#current = {
			input: told.input ?? this.#current.input,
			output: told.output ?? this.#current.output,
			cacheRead: told.cacheRead ?? this.#current.cacheRead,
			cacheWrite: told.cacheWrite ?? this.#current.cacheWrite,
			reasoning: null,
		};
	}

	total(): TokenCounts {
		return {
			input: add(this.#done.input, this.#current.input),
			output: add(this.#done.output, this.#current.output),
			cacheRead: add(this.#done.cacheRead, this.#current.cacheRead),
			cacheWrite: add(this.#done.cacheWrite, this.#current.cacheWrite),
			reasoning: null,
		};
	}
}

function add(a: number | null, b: number | null): number | null {
	return a === null ? b : b === null ? a : a + b;
}

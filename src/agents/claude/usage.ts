import { NO_TOKENS, type TokenCounts } from '../events.ts';
import { countOrNull, type JsonObject, numberOrNull, objectOrEmpty, objectOrNull } from '../json-fields.ts';

/** The requests of the main conversation in this turn alone. */
export function mainTokens(result: JsonObject): TokenCounts {
	return apiTokens(objectOrEmpty(result.usage));
}

/**
 * What the whole process (or, in newer versions, the native session) used, as the result line tells it. `modelUsage` is summed because `usage` leaves out sub-agents,
 * answers got without streaming, and says 0 after a budget stop; `usage` serves only a line without it.
 */
export function resultTokens(result: JsonObject): TokenCounts {
	const byModel = objectOrNull(result.modelUsage);
	if (byModel === null) return mainTokens(result);
	const models = Object.values(byModel).map(objectOrEmpty);
	const total = (field: string) =>
		models.reduce((known, model) => known + (countOrNull(model[field]) ?? 0), 0);
	return {
		input: total('inputTokens'),
		output: total('outputTokens'),
		cacheRead: total('cacheReadInputTokens'),
		cacheWrite: total('cacheCreationInputTokens'),
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
 * `message_delta` the output so far. This is all that is known of a turn that is stopped before its result line. Sub-agents
 * (`speaker` = the id of their call) answer at the same time as the agent itself.
 */
export class RunningUsage {
	#done: TokenCounts = NO_TOKENS;
	readonly #open = new Map<string, TokenCounts>();

	messageStarts(speaker: string, usage: JsonObject): void {
		this.#done = sum([this.#done, this.#open.get(speaker) ?? NO_TOKENS]);
		this.#open.delete(speaker);
		if (this.#open.size < MAX_SPEAKERS) this.#open.set(speaker, apiTokens(usage));
	}

	messageGrows(speaker: string, usage: JsonObject): void {
		const known = this.#open.get(speaker);
		if (known === undefined) return;
		const told = apiTokens(usage);
		this.#open.set(speaker, {
			input: told.input ?? known.input,
			output: told.output ?? known.output,
			cacheRead: told.cacheRead ?? known.cacheRead,
			cacheWrite: told.cacheWrite ?? known.cacheWrite,
			reasoning: null,
		});
	}

	total(): TokenCounts {
		return sum([this.#done, ...this.#open.values()]);
	}
}

const MAX_SPEAKERS = 100;

function sum(all: readonly TokenCounts[]): TokenCounts {
	return all.reduce((total, one) => ({
		input: add(total.input, one.input),
		output: add(total.output, one.output),
		cacheRead: add(total.cacheRead, one.cacheRead),
		cacheWrite: add(total.cacheWrite, one.cacheWrite),
		reasoning: null,
	}));
}

function add(a: number | null, b: number | null): number | null {
	return a === null ? b : b === null ? a : a + b;
}

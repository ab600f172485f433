import { NO_TOKENS, type TokenCounts } from '../../events.ts';
import {
	countOrNull,
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	objectOrNull,
} from '../../reading/json-fields.ts';

/** What the requests between two result lines used, sub-agents included; the cost if every model reports one. */
export interface SpentSince {
	tokens: TokenCounts;
	costUsd: number | null;
}

/** The requests of the main conversation in this turn only. */
export function mainTokens(result: JsonObject): TokenCounts {
	return apiTokens(objectOrEmpty(result.usage));
}

/**
 * What the whole process (or, in newer versions, the native session) used, as the result line reports it. `modelUsage` is
 * summed because `usage` leaves out sub-agents and answers without streaming, and says 0 after a budget stop; `usage`
 * is read only from a line without it.
 */
export function resultTokens(result: JsonObject): TokenCounts {
	const byModel = objectOrNull(result.modelUsage);
	return byModel === null ? mainTokens(result) : sumOfModels(byModel);
}

/** null in versions that do not report it. */
export function spentSinceLast(result: JsonObject): SpentSince | null {
	const byModel = objectOrNull(result.model_usage_since_last_result);
	if (byModel === null) return null;
	const costs = Object.values(byModel).map((model) => numberOrNull(objectOrEmpty(model).costUSD));
	const costUsd = costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
	return { tokens: sumOfModels(byModel), costUsd: costUsd !== null && costUsd < 0 ? null : costUsd };
}

function sumOfModels(byModel: JsonObject): TokenCounts {
	const models = Object.values(byModel).map(objectOrEmpty);
	const total = (field: string) =>
		models.reduce((known, model) => known + (countOrNull(model[field]) ?? 0), 0);
	const hasThinking = models.some((model) => countOrNull(model.thinkingTokens) !== null);
	return {
		input: total('inputTokens'),
		output: total('outputTokens'),
		cacheRead: total('cacheReadInputTokens'),
		cacheWrite: total('cacheCreationInputTokens'),
		reasoning: hasThinking ? total('thinkingTokens') : null,
		reasoningInOutput: true,
	};
}

export function resultCost(result: JsonObject): number | null {
	const cost = numberOrNull(result.total_cost_usd);
	return cost === null || cost < 0 ? null : cost;
}

/** `thinking_tokens` are inside `output_tokens` and stay there. */
function apiTokens(usage: JsonObject): TokenCounts {
	return {
		input: countOrNull(usage.input_tokens),
		output: countOrNull(usage.output_tokens),
		cacheRead: countOrNull(usage.cache_read_input_tokens),
		cacheWrite: countOrNull(usage.cache_creation_input_tokens),
		reasoning: countOrNull(objectOrEmpty(usage.output_tokens_details).thinking_tokens),
		reasoningInOutput: true,
	};
}

/**
 * Adds up what the requests of a turn used while it runs, from partial messages: `message_start` reports the input,
 * `message_delta` the output so far. This is all that is known of a turn that is stopped before its result line. Sub-agents
 * (`speaker` = the id of their call) answer at the same time as the agent itself.
 */
export class RunningUsage {
	#done: TokenCounts = NO_TOKENS;
	readonly #open = new Map<string, TokenCounts>();

	messageStarts(speaker: string, usage: JsonObject): void {
		this.#done = addTokens(this.#done, this.#open.get(speaker) ?? NO_TOKENS);
		this.#open.delete(speaker);
		if (this.#open.size < MAX_SPEAKERS) this.#open.set(speaker, apiTokens(usage));
	}

	messageGrows(speaker: string, usage: JsonObject): void {
		const known = this.#open.get(speaker);
		if (known === undefined) return;
		const reported = apiTokens(usage);
		this.#open.set(speaker, {
			input: reported.input ?? known.input,
			output: reported.output ?? known.output,
			cacheRead: reported.cacheRead ?? known.cacheRead,
			cacheWrite: reported.cacheWrite ?? known.cacheWrite,
			reasoning: reported.reasoning ?? known.reasoning,
			reasoningInOutput: true,
		});
	}

	total(): TokenCounts {
		return [...this.#open.values()].reduce(addTokens, this.#done);
	}
}

const MAX_SPEAKERS = 100;

/** Field by field; a field that only one of the two reports is taken from it. */
export function addTokens(one: TokenCounts, other: TokenCounts): TokenCounts {
	return {
		input: add(one.input, other.input),
		output: add(one.output, other.output),
		cacheRead: add(one.cacheRead, other.cacheRead),
		cacheWrite: add(one.cacheWrite, other.cacheWrite),
		reasoning: add(one.reasoning, other.reasoning),
		reasoningInOutput: true,
	};
}

function add(a: number | null, b: number | null): number | null {
	return a === null ? b : b === null ? a : a + b;
}

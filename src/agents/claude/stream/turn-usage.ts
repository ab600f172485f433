/**
 * What one turn used, from its result lines or, if it is stopped before one, from its partial messages. Versions differ:
 * `modelUsage` and `total_cost_usd` count the process in 2.1.197 and the whole native session, earlier turns included,
 * in 2.1.330; no field of the line says which. 2.1.332 also has `model_usage_since_last_result`, which is exact.
 */
import type { ThreadTotals } from '../../agent-adapter.ts';
import { NO_TOKENS, type TokenCounts } from '../../events.ts';
import type { JsonObject } from '../../reading/json-fields.ts';
import {
	addTokens,
	mainTokens,
	RunningUsage,
	resultCost,
	resultTokens,
	type SpentSince,
	spentSinceLast,
} from './usage.ts';

export interface TurnUsage {
	tokens: TokenCounts;
	costUsd: number | null;
	totals: ThreadTotals;
}

interface Known {
	isResumed: boolean;
	/** Totals of the native session before this turn. */
	before: ThreadTotals | null;
	/** From partial messages; all null without them. */
	running: TokenCounts;
}

/** Follows one turn; `tokens` and `costUsd` are those of the turn so far. */
export class TurnMeter {
	readonly #known: Omit<Known, 'running'>;
	/** The whole turn, and since its last result line. */
	readonly #running = new RunningUsage();
	#sinceResult = new RunningUsage();
	#reported: TokenCounts = NO_TOKENS;
	#reportedCostUsd: number | null = null;
	totals: ThreadTotals | null = null;

	constructor(known: Omit<Known, 'running'>) {
		this.#known = known;
	}

	get tokens(): TokenCounts {
		return addTokens(this.#reported, this.#sinceResult.total());
	}

	get costUsd(): number | null {
		return this.#reportedCostUsd;
	}

	messageStarts(speaker: string, usage: JsonObject): void {
		for (const running of [this.#running, this.#sinceResult]) running.messageStarts(speaker, usage);
	}

	messageGrows(speaker: string, usage: JsonObject): void {
		for (const running of [this.#running, this.#sinceResult]) running.messageGrows(speaker, usage);
	}

	/**
	 * `isStopped`: the line of a turn that was interrupted counts only finished requests; partial messages then give
	 * the better figure.
	 */
	result(line: JsonObject, isStopped: boolean): void {
		const since = spentSinceLast(line);
		const { tokens, costUsd, totals } =
			since === null
				? readTurnUsage(line, { ...this.#known, running: this.#running.total() })
				: this.#with(since, line);
		this.totals = totals;
		this.#reportedCostUsd = costUsd;
		if (isStopped && (tokens.output ?? 0) < (this.tokens.output ?? 0)) return;
		this.#reported = tokens;
		this.#sinceResult = new RunningUsage();
	}

	#with(since: SpentSince, line: JsonObject): TurnUsage {
		const costUsd =
			since.costUsd === null ? null : toNanoDollars((this.#reportedCostUsd ?? 0) + since.costUsd);
		return { tokens: addTokens(this.#reported, since.tokens), costUsd, totals: totalsOf(line) };
	}
}

/** @internal For tests: its cases are tried without a stream. */
export function readTurnUsage(result: JsonObject, { isResumed, before, running }: Known): TurnUsage {
	const reported = resultTokens(result);
	const reportedCost = resultCost(result);
	const totals = totalsOf(result);
	const ofTurn = { tokens: reported, costUsd: reportedCost, totals };
	if (!isResumed) return ofTurn;
	const streamed = sumOf(running) > 0 ? running : mainTokens(result);
	// Earlier totals are unknown: what this turn streamed counts, even if nothing, and its cost is not reported.
	if (before === null)
		return sumOf(reported) > sumOf(streamed) ? { tokens: streamed, costUsd: null, totals } : ofTurn;
	const rest = difference(reported, before);
	if (rest === null || distance(rest, streamed) >= distance(reported, streamed)) return ofTurn;
	return { tokens: rest, costUsd: costSince(before, reportedCost), totals };
}

function totalsOf(result: JsonObject): ThreadTotals {
	const cost = resultCost(result);
	return { ...resultTokens(result), ...(cost === null ? {} : { costUsd: cost }) };
}

function costSince({ costUsd }: ThreadTotals, total: number | null): number | null {
	if (costUsd === undefined || total === null || total < costUsd) return null;
	return toNanoDollars(total - costUsd);
}

/** To a billionth of a dollar: sums and differences of floats have noise below that. */
function toNanoDollars(usd: number): number {
	return Math.round(usd * 1e9) / 1e9;
}

const COUNTS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

/** null if a total went down: then it was not a total. */
function difference(total: TokenCounts, before: TokenCounts): TokenCounts | null {
	const rest: TokenCounts = { ...NO_TOKENS, reasoningInOutput: true };
	for (const name of COUNTS) {
		const left = (total[name] ?? 0) - (before[name] ?? 0);
		if (left < 0) return null;
		rest[name] = left;
	}
	if (total.reasoning !== null) rest.reasoning = Math.max(0, total.reasoning - (before.reasoning ?? 0));
	return rest;
}

function distance(one: TokenCounts, other: TokenCounts): number {
	return COUNTS.reduce((sum, name) => sum + Math.abs((one[name] ?? 0) - (other[name] ?? 0)), 0);
}

function sumOf(tokens: TokenCounts): number {
	return distance(tokens, NO_TOKENS);
}

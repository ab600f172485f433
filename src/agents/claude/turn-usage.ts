/**
 * What one turn used, by its result line. `modelUsage` and `total_cost_usd` are of the process in 2.1.197 and of the whole
 * native session, earlier turns included, in 2.1.330; no field of the line says which. In a resumed turn what its requests
 * told as they streamed decides.
 */
import type { ThreadTotals } from '../contract.ts';
import { NO_TOKENS, type TokenCounts } from '../events.ts';
import type { JsonObject } from '../json-fields.ts';
import { mainTokens, resultCost, resultTokens } from './usage.ts';

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

export function readTurnUsage(result: JsonObject, { isResumed, before, running }: Known): TurnUsage {
	const told = resultTokens(result);
	const toldCost = resultCost(result);
	const totals = { ...told, ...(toldCost === null ? {} : { costUsd: toldCost }) };
	const ofTurn = { tokens: told, costUsd: toldCost, totals };
	if (!isResumed) return ofTurn;
	const streamed = sumOf(running) > 0 ? running : mainTokens(result);
	if (before === null)
		return { ...ofTurn, ...(sumOf(told) > sumOf(streamed) ? withoutEarlier(streamed) : {}) };
	const rest = difference(told, before);
	if (rest === null || distance(rest, streamed) >= distance(told, streamed)) return ofTurn;
	return { tokens: rest, costUsd: costSince(before, toldCost), totals };
}

/** Nobody knows what went before: what this turn streamed counts, and its cost is not told. */
function withoutEarlier(streamed: TokenCounts): Partial<TurnUsage> {
	return sumOf(streamed) === 0 ? {} : { tokens: streamed, costUsd: null };
}

/** To a billionth of a dollar: a difference of floats has noise behind that. */
function costSince({ costUsd }: ThreadTotals, total: number | null): number | null {
	if (costUsd === undefined || total === null || total < costUsd) return null;
	return Math.round((total - costUsd) * 1e9) / 1e9;
}

const COUNTS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

/** null where a total went down: then it is none. */
function difference(total: TokenCounts, before: TokenCounts): TokenCounts | null {
	const rest = { ...NO_TOKENS };
	for (const name of COUNTS) {
		rest[name] = (total[name] ?? 0) - (before[name] ?? 0);
		if (rest[name] < 0) return null;
	}
	return rest;
}

function distance(one: TokenCounts, other: TokenCounts): number {
	return COUNTS.reduce((sum, name) => sum + Math.abs((one[name] ?? 0) - (other[name] ?? 0)), 0);
}

function sumOf(tokens: TokenCounts): number {
	return distance(tokens, NO_TOKENS);
}

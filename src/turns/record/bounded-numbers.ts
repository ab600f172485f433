/**
 * Keeps numbers that agents and providers report within possible bounds. A number out of bounds counts as not reported: otherwise
 * it would be shown to people, summed up for a session, waited for, and written to JSON, which has no word for it.
 */
import type { ParsedTurn, ThreadTotals } from '../../agents/agent-adapter.ts';
import type { AgentEvent, Limit, TokenCounts, Utilization } from '../../agents/events.ts';

const DAY_MS = 24 * 3600_000;
/** A reset further away is not credible; no window of any plan is longer than a year. */
const MAX_AHEAD_MS = 400 * DAY_MS;
/** The bound for one turn. The most expensive turn that anybody reported cost some hundred dollars. */
const MAX_COST_USD = 100_000;
/** The bound for one turn or thread. */
const MAX_TOKENS = 1e12;
/** A plan may be overdrawn, but not this far. */
const MAX_RATIO = 1000;
const MAX_ATTEMPTS = 1e6;
/** Exit codes have at most 32 bits. */
const MAX_EXIT_CODE = 2 ** 32;

export function boundedEvent(event: AgentEvent, now: number): AgentEvent {
	switch (event.type) {
		case 'usage':
			return { ...event, tokens: boundedTokens(event.tokens), costUsd: within(event.costUsd, MAX_COST_USD) };
		case 'tool_result':
			return {
				...event,
				exitCode: boundedExitCode(event.exitCode),
				outputBytes: within(event.outputBytes, Number.MAX_SAFE_INTEGER) ?? 0,
			};
		case 'retry':
			return {
				...event,
				attempt: within(event.attempt, MAX_ATTEMPTS),
				maxAttempts: within(event.maxAttempts, MAX_ATTEMPTS),
				delayMs: within(event.delayMs, MAX_AHEAD_MS),
			};
		case 'limit':
			return { ...event, limit: boundedLimit(event.limit, now) };
		case 'utilization':
			return { ...event, windows: boundedWindows(event.windows, now) };
		case 'session_started':
		case 'agent_message_chunk':
		case 'agent_thought_chunk':
		case 'tool_call':
		case 'plan':
		case 'error':
		case 'background_tasks':
		case 'interim_answer':
		case 'compacting':
		case 'continued':
		case 'turn_ended':
			return event;
		default:
			return event satisfies never;
	}
}

export function boundedTurn(turn: ParsedTurn, now: number): ParsedTurn {
	return {
		...turn,
		limit: turn.limit === null ? null : boundedLimit(turn.limit, now),
		tokens: boundedTokens(turn.tokens),
		cumulative: turn.cumulative === null ? null : boundedTotals(turn.cumulative),
		costUsd: within(turn.costUsd, MAX_COST_USD),
		toolResults: turn.toolResults.map((result) => ({
			...result,
			exitCode: boundedExitCode(result.exitCode),
		})),
		utilization: boundedWindows(turn.utilization, now),
		...(turn.refusedModels && {
			refusedModels: turn.refusedModels.map(({ model, limit }) => ({
				model,
				limit: boundedLimit(limit, now),
			})),
		}),
	};
}

function boundedTokens(tokens: TokenCounts): TokenCounts {
	const { input, output, cacheRead, cacheWrite, reasoning } = tokens;
	return {
		...tokens,
		input: within(input, MAX_TOKENS),
		output: within(output, MAX_TOKENS),
		cacheRead: within(cacheRead, MAX_TOKENS),
		cacheWrite: within(cacheWrite, MAX_TOKENS),
		reasoning: within(reasoning, MAX_TOKENS),
	};
}

function boundedTotals({ costUsd, ...tokens }: ThreadTotals): ThreadTotals {
	const cost = within(costUsd ?? null, MAX_COST_USD * 100);
	return { ...boundedTokens(tokens), ...(cost === null ? {} : { costUsd: cost }) };
}

function boundedLimit(limit: Limit, now: number): Limit {
	const resetAt = boundedReset(limit.resetAt, now);
	// Without a reported end its length is the relay's estimate.
	return { ...limit, resetAt, confidence: resetAt === null ? 'estimated' : limit.confidence };
}

/** A window whose use is not a number is useless. */
function boundedWindows(windows: readonly Utilization[], now: number): Utilization[] {
	return windows.flatMap((window) => {
		const ratio = within(window.ratio, MAX_RATIO);
		return ratio === null ? [] : [{ ...window, ratio, resetAt: boundedReset(window.resetAt, now) }];
	});
}

function boundedReset(resetAt: number | null, now: number): number | null {
	const at = within(resetAt, now + MAX_AHEAD_MS);
	return at === null ? null : Math.round(at);
}

function boundedExitCode(code: number | null): number | null {
	return code !== null && Number.isInteger(code) && Math.abs(code) <= MAX_EXIT_CODE ? code : null;
}

/** null for anything but a number from 0 to `most`. */
function within(value: number | null, most: number): number | null {
	return value !== null && Number.isFinite(value) && value >= 0 && value <= most ? value : null;
}

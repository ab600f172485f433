/** Turns the adapter's judgement into the final state: pure, shared by the live turn and by recovery. */
import type { ParsedTurn } from '../../agents/agent-adapter.ts';
import type { PlanItem, TokenCounts } from '../../agents/events.ts';
import { toIso } from '../../core/clock.ts';
import { PRICES_AS_OF } from '../../limits/price-table.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { limitToDisk } from '../event-log.ts';
import { tokensToDisk, totalsToDisk } from '../record/token-counts.ts';
import type { TurnFacts } from '../turn-facts.ts';

type Judged = Pick<
	TurnState,
	| 'status'
	| 'stop_reason'
	| 'error'
	| 'limit'
	| 'native_session_id'
	| 'model'
	| 'tokens'
	| 'cumulative_tokens'
	| 'cost_usd'
	| 'cost_source'
	| 'prices_as_of'
	| 'tools'
	| 'plan'
	| 'plan_told'
	| 'validation'
	| 'utilization'
	| 'heard'
	| 'unresumable'
	| 'mcp_servers'
	| 'refused_models'
>;

/**
 * The part of the state that follows from the bytes. `requestedModel` is used if the CLI began but never named a model; a CLI that
 * refused to start used none.
 */
export function judgeTurn(
	parsed: ParsedTurn,
	facts: TurnFacts,
	requestedModel: string | null,
	estimateCost: (model: string | null, tokens: TokenCounts) => number | null,
): Judged {
	const isBegun = facts.nativeSessionId !== null;
	const model = parsed.model ?? facts.model ?? (isBegun ? requestedModel : null);
	const { tools, plan, plan_told, validation, utilization } = facts.toState();
	return {
		status: parsed.outcome,
		stop_reason: parsed.stopReason,
		error: parsed.error,
		limit: parsed.limit === null ? null : limitToDisk(parsed.limit),
		...(parsed.refusedModels && {
			refused_models: parsed.refusedModels.map(({ model, limit }) => ({ model, limit: limitToDisk(limit) })),
		}),
		native_session_id: parsed.nativeSessionId ?? facts.nativeSessionId,
		model,
		tokens: tokensToDisk(parsed.tokens),
		cumulative_tokens: parsed.cumulative === null ? null : totalsToDisk(parsed.cumulative),
		...judgeCost(parsed, model, estimateCost),
		tools,
		plan: finerPlan(plan, parsed.plan),
		...(plan_told === undefined ? {} : { plan_told }),
		heard: facts.hasModelOutput,
		...(facts.mcpServers === null ? {} : { mcp_servers: [...facts.mcpServers] }),
		...(parsed.unresumable === undefined ? {} : { unresumable: parsed.unresumable }),
		validation,
		utilization:
			parsed.utilization.length === 0
				? utilization
				: parsed.utilization.map(({ window, ratio, resetAt }) => ({
						window,
						ratio,
						reset_at: resetAt === null ? null : toIso(resetAt),
					})),
	};
}

/**
 * Takes the native record's states if it lists the same items; otherwise the stream's list, which certainly belongs to this turn.
 */
function finerPlan(reported: TurnState['plan'], native: readonly PlanItem[] | undefined): TurnState['plan'] {
	const isSame =
		native?.length === reported.length &&
		native.every(({ text }, at) => text.trim() === reported[at]?.text.trim());
	return isSame ? native.map(({ text, status }, at) => ({ ...reported[at], text, status })) : reported;
}

function judgeCost(
	parsed: ParsedTurn,
	model: string | null,
	estimateCost: (model: string | null, tokens: TokenCounts) => number | null,
): Pick<TurnState, 'cost_usd' | 'cost_source' | 'prices_as_of'> {
	if (parsed.costUsd !== null) return { cost_usd: parsed.costUsd, cost_source: 'reported' };
	const estimated = estimateCost(model, parsed.tokens);
	return estimated === null
		? { cost_usd: null, cost_source: 'none' }
		: { cost_usd: estimated, cost_source: 'estimated', prices_as_of: PRICES_AS_OF };
}

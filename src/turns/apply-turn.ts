/** What a turn changes in `meta.json`: pure, so that the live turn and recovery agree. */
import type { SessionMeta } from '../sessions/session-meta.ts';
import { participantOf, type TurnState } from '../sessions/turn-state.ts';

/** The meta as a turn begins: it is the session's newest, with its agent active. */
export function beginTurn(meta: SessionMeta, state: TurnState, userPrompt: string | null): SessionMeta {
	const who = participantOf(state);
	const known = meta.agents[who];
	return {
		...meta,
		status: 'active',
		objective: meta.objective ?? userPrompt,
		active_agent: state.agent,
		agents: {
			...meta.agents,
			[who]: {
				...known,
				native_session_id: known?.native_session_id ?? null,
				model: state.model ?? known?.model ?? null,
				...grantedTo(state, known),
				permissions: state.permissions,
				turns: known?.turns ?? 0,
				last_turn: state.turn,
			},
		},
		turn_count: Math.max(meta.turn_count, state.turn),
		// The prompt stands with the turn from here on.
		checkpoint: meta.checkpoint && { ...meta.checkpoint, pending_prompt: null },
		ended_at: null,
		error: null,
	};
}

/** Under what it works. MCP servers are told once it has begun: until then those of its turn before stand. */
function grantedTo(
	{ model_asked, account, allow_commands, mcp_servers }: TurnState,
	known: SessionMeta['agents'][string] | undefined,
) {
	const servers = mcp_servers ?? known?.mcp_servers ?? mcp_servers;
	return {
		...(model_asked === undefined ? {} : { model_asked }),
		...(account === undefined ? {} : { account }),
		...(allow_commands === undefined ? {} : { allow_commands }),
		...(servers === undefined ? {} : { mcp_servers: servers }),
	};
}

/**
 * The meta after a turn: its native session, its usage added once. Usage is recomputed from all turns' states, so a turn
 * that recovery judges again is never counted twice.
 */
export function endTurn(meta: SessionMeta, state: TurnState, earlier: readonly TurnState[]): SessionMeta {
	const begun = beginTurn(meta, state, null);
	const states = [...earlier.filter(({ turn }) => turn !== state.turn), state];
	const who = participantOf(state);
	const own = begun.agents[who];
	return {
		...begun,
		agents: {
			...begun.agents,
			[who]: {
				...own,
				native_session_id: nativeSessionAfter(state, own?.native_session_id ?? null),
				model: own?.model ?? null,
				permissions: state.permissions,
				turns: states.filter((turn) => participantOf(turn) === who).length,
				last_turn: state.turn,
			},
		},
		usage: sumUsage(states),
		error:
			state.status === 'failed' || state.status === 'outcome_unknown'
				? (state.error ?? { code: state.status, message: state.stop_reason ?? state.status })
				: null,
	};
}

/** A conversation that the CLI no longer has, or that has become useless, is not asked for again. */
function nativeSessionAfter(state: TurnState, known: string | null): string | null {
	const isOver = state.unresumable !== undefined || OVER.has(state.stop_reason);
	return isOver ? null : (state.native_session_id ?? known);
}

const OVER: ReadonlySet<string | null> = new Set(['unknown_session', 'context_too_long']);

function sumUsage(states: readonly TurnState[]): SessionMeta['usage'] {
	const byAgent: SessionMeta['usage']['by_agent'] = {};
	for (const { agent, tokens, cost_usd } of states) {
		const sum = byAgent[agent] ?? { turns: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 };
		byAgent[agent] = {
			turns: sum.turns + 1,
			input_tokens: sum.input_tokens + (tokens.input ?? 0),
			output_tokens: sum.output_tokens + (tokens.output ?? 0),
			cost_usd: round(sum.cost_usd + (cost_usd ?? 0)),
		};
	}
	const total = (pick: (state: TurnState) => number | null) =>
		states.reduce((sum, state) => sum + (pick(state) ?? 0), 0);
	const sources = new Set(states.map(({ cost_source }) => cost_source).filter((source) => source !== 'none'));
	const [only] = sources;
	return {
		input_tokens: total(({ tokens }) => tokens.input),
		output_tokens: total(({ tokens }) => tokens.output),
		cache_read_tokens: total(({ tokens }) => tokens.cache_read),
		cache_write_tokens: total(({ tokens }) => tokens.cache_write),
		// Beside the output: what is counted in it already would be counted twice.
		reasoning_tokens: total(({ tokens }) => (tokens.reasoning_in_output ? 0 : tokens.reasoning)),
		cost_usd: round(total(({ cost_usd }) => cost_usd)),
		cost_source: sources.size > 1 ? 'mixed' : (only ?? 'none'),
		by_agent: byAgent,
	};
}

/** Sums of dollars without the tails of binary fractions: a millionth of a dollar is below any price. */
function round(usd: number): number {
	return Math.round(usd * 1e6) / 1e6;
}

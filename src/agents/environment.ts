import type { AgentAdapter, AgentCommand } from './agent-adapter.ts';

export interface AgentEnvironment {
	env: Record<string, string>;
	/** Names (sorted) that were set and are kept from this agent. */
	removed: string[];
}

/**
 * The environment an agent starts with: the user's, without the secrets that another adapter owns and this one neither
 * owns nor shares, with what the user sets for it alone, and with the variables that mark its processes. The adapter's own additions come on top, by
 * `withAdditions`.
 */
export function agentEnvironment(
	baseEnv: Readonly<Record<string, string | undefined>>,
	adapter: AgentAdapter,
	adapters: readonly AgentAdapter[],
	turn: { session: string; turn: number },
): AgentEnvironment {
	const readable = new Set([...adapter.secretVariables, ...adapter.sharedVariables]);
	const foreign = new Set(
		adapters.flatMap((other) => other.secretVariables).filter((name) => !readable.has(name)),
	);
	const env: Record<string, string> = {};
	const removed: string[] = [];
	for (const [name, value] of Object.entries(baseEnv)) {
		if (value === undefined) continue;
		if (foreign.has(name)) removed.push(name);
		else env[name] = value;
	}
	const own = withAdditions(env, adapter.ownVariables?.(env) ?? {});
	own.AGENT_RELAY_SESSION = turn.session;
	own.AGENT_RELAY_TURN = String(turn.turn);
	return { env: own, removed: removed.sort() };
}

/** `env` with an adapter's additions; null takes a variable away. */
export function withAdditions(
	env: Readonly<Record<string, string>>,
	additions: AgentCommand['env'],
): Record<string, string> {
	const result = { ...env };
	for (const [name, value] of Object.entries(additions)) {
		if (value === null) delete result[name];
		else result[name] = value;
	}
	return result;
}

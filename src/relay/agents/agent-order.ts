/** The order in which agents are tried: the configured order, the user's default, and the agent at work. Pure. */
import type { AgentId } from '../../agents/agent-adapter.ts';
import type { AgentRegistry } from '../../agents/registry.ts';
import type { RelayConfig } from '../../config/schema.ts';
import type { LedgerEntry } from '../../limits/ledger-file.ts';
import type { AgentChoice } from '../conversation-contract.ts';

/** Skips a configured agent that this build has no adapter for; throws for one that the user typed. */
export function agentOrder(
	registry: AgentRegistry,
	{ agents }: Pick<RelayConfig, 'agents'>,
	typed: readonly string[] | null,
): AgentChoice[] {
	if (typed !== null) return typed.map((name) => registry.parse(name));
	const known = new Set(registry.adapters.map(({ id }) => id));
	const order = agents.order
		.filter((name) => known.has(name.split(':', 1)[0] ?? ''))
		.map((name) => registry.parse(name));
	return agents.default === null ? order : inFront(registry.parse(agents.default), order);
}

/** The order with the models that the user named: an agent without one gets its own, and each choice comes once. */
export function rememberedOrder({
	order,
	models,
}: {
	order: readonly AgentChoice[];
	models: ReadonlyMap<AgentId, string>;
}): AgentChoice[] {
	const named = order.map((choice) => withRemembered(choice, models));
	const isSame = (one: AgentChoice, other: AgentChoice) =>
		one.agent === other.agent && one.model === other.model;
	return named.filter((choice, at) => named.findIndex((other) => isSame(other, choice)) === at);
}

export function withRemembered(choice: AgentChoice, models: ReadonlyMap<AgentId, string>): AgentChoice {
	return choice.model === null ? { ...choice, model: models.get(choice.agent) ?? null } : choice;
}

/** `first`, then the others in their order. */
export function inFront(first: AgentChoice, order: readonly AgentChoice[]): AgentChoice[] {
	return [first, ...order.filter(({ agent, model }) => agent !== first.agent || model !== first.model)];
}

/** The first agent before `active` that met a limit which has ended; null when there is none to offer. */
export function agentToOffer(
	order: readonly AgentChoice[],
	active: AgentChoice,
	entries: readonly LedgerEntry[],
	now: number,
): AgentChoice | null {
	const at = order.findIndex(({ agent }) => agent === active.agent);
	const isFreeAgain = ({ agent }: AgentChoice) => {
		const own = entries.filter((entry) => entry.agent === agent);
		return own.length > 0 && own.every(({ until }) => until <= now);
	};
	return order.slice(0, Math.max(0, at)).find(isFreeAgain) ?? null;
}

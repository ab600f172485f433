/** Finds the agent for a model that the user named without an agent. Pure. */
import type { AgentAdapter, AgentId } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import type { AgentChoice } from '../conversation-contract.ts';

export interface ModelQuestion {
	model: string;
	/** Who works now, or the user's configured default; null: nobody yet. */
	current: AgentId | null;
	order: readonly AgentChoice[];
	adapters: readonly AgentAdapter[];
	/** The model of `[agents.NAME]`; null: none. */
	configured: (agent: AgentId) => string | null;
	isInstalled: (agent: AgentId) => boolean;
}

/**
 * The current agent if it knows the model, else the first that does (installed ones first), else the current one, else the
 * only one that is installed. Throws `usage` if that leaves several: no agent is chosen for being free.
 */
export function modelOwner(question: ModelQuestion): AgentId {
	const { model, current, order, adapters, isInstalled } = question;
	const real = adapters.filter(({ isDemo }) => !isDemo).map(({ id }) => id);
	const ranked = [
		...new Set([...(current === null ? [] : [current]), ...order.map(({ agent }) => agent), ...real]),
	];
	const knowing = ranked.filter((agent) => knows(agent, question));
	const owner = knowing.find(isInstalled) ?? knowing[0] ?? current;
	if (owner !== null && owner !== undefined) return owner;
	const [only, ...others] = ranked.filter(isInstalled);
	if (only !== undefined && others.length === 0) return only;
	throw new RelayError('usage', `No agent is known for the model ${JSON.stringify(model)}.`, {
		hint: `Name the agent too, for instance: --agent ${only ?? 'claude'} --model ${JSON.stringify(model)}`,
	});
}

function knows(agent: AgentId, { model, order, adapters, configured }: ModelQuestion): boolean {
	const adapter = adapters.find(({ id }) => id === agent);
	return (
		adapter?.knowsModel?.(model) === true ||
		configured(agent) === model ||
		order.some((choice) => choice.agent === agent && choice.model === model)
	);
}

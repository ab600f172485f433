/** Gathers the candidates for the pure choice of who works next in `limits/successor.ts`. */
import type { AgentAdapter, AgentId } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import { chooseSuccessor, type SuccessorChoice } from '../../limits/successor.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import type { RelayDeps } from '../ports.ts';
import { agentFacts } from './agent-facts.ts';

export interface ChoiceRequest {
	order: readonly AgentChoice[];
	/** null when a prompt begins. */
	current: AgentChoice | null;
	tried: readonly AgentChoice[];
	hopsLeft: number;
	explicit: AgentChoice | null;
	/** Agents that the user named, now or in his configuration. */
	named: ReadonlySet<AgentId>;
}

export function chooseAgent(request: ChoiceRequest, deps: RelayDeps): SuccessorChoice {
	const { order, current, tried, hopsLeft, explicit, named } = request;
	const agents = eligibleAdapters(request, deps).map((adapter) =>
		agentFacts(adapter, { isNamed: named.has(adapter.id) }, deps),
	);
	return chooseSuccessor({
		order,
		agents,
		limitOf: ({ agent, model }) => agents.find((one) => one.agent === agent)?.limitOf(model) ?? null,
		current,
		tried,
		hopsLeft,
		now: deps.clock.now(),
		...(explicit === null ? {} : { explicit }),
	});
}

/** Demo agents take part only if the user named one: work must never seem done because a script answered. */
function eligibleAdapters(
	{ order, current, explicit }: ChoiceRequest,
	{ registry }: RelayDeps,
): readonly AgentAdapter[] {
	const named = [...order, ...[current, explicit].filter((choice) => choice !== null)].map(
		({ agent }) => agent,
	);
	const isDemoWanted = registry.adapters.some(({ id, isDemo }) => isDemo && named.includes(id));
	return isDemoWanted ? registry.adapters : registry.adapters.filter(({ isDemo }) => !isDemo);
}

/** Throws `not_logged_in` if no login of this agent is known: naming a model does not choose who gets the words. */
export function requireKnownLogin(agent: AgentId, deps: RelayDeps): void {
	const { title } = deps.registry.find(agent);
	const login = deps.loginOf(agent);
	if (login.loggedIn !== 'no' && login.untouched !== true) return;
	throw new RelayError('not_logged_in', `${title} has the model, and no login of it is known.`, {
		hint: `Log in with: ${login.advice}; or name it all the same: --agent ${agent}, in the shell /use ${agent}`,
	});
}

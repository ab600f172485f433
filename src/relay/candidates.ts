/** The facts behind "who works next", gathered for the pure choice in `limits/successor.ts`. */
import type { AgentAdapter, AgentId, LoginState } from '../agents/contract.ts';
import { RelayError } from '../core/errors.ts';
import { type CandidateFacts, chooseSuccessor, type SuccessorChoice } from '../limits/successor.ts';
import type { AgentChoice } from './contract.ts';
import type { RelayDeps } from './relay-deps.ts';
import { refusalOf } from './require-executable.ts';
import { loginOf } from './tell-ledger.ts';

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
	const logins = loginsOf(deps);
	const { order, current, tried, hopsLeft, explicit } = request;
	return chooseSuccessor({
		order,
		agents: eligibleAdapters(request, deps).map((adapter) => factsOf(adapter, logins, request.named, deps)),
		limitOf: ({ agent, model }) => deps.ledger.isLimited({ ...loginOf(agent, logins.get(agent)), model }),
		current,
		tried,
		hopsLeft,
		now: deps.clock.now(),
		...(explicit === null ? {} : { explicit }),
	});
}

/** Demo agents take part only where the user named one: work must never seem done because a script answered. */
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

/** What is known of every agent, each as if the user had named it. */
export function candidateFacts(deps: RelayDeps): CandidateFacts[] {
	const logins = loginsOf(deps);
	const named = new Set(deps.registry.adapters.map(({ id }) => id));
	return deps.registry.adapters.map((adapter) => factsOf(adapter, logins, named, deps));
}

/** Throws `not_logged_in` where no login of this agent is known: naming a model does not name who gets the words. */
export function requireKnownLogin(agent: AgentId, deps: RelayDeps): void {
	const login = loginsOf(deps).get(agent);
	if (login?.loggedIn !== 'no' && login?.untouched !== true) return;
	const { title } = deps.registry.find(agent);
	throw new RelayError('not_logged_in', `${title} has the model, and no login of it is known.`, {
		hint: `Log in with: ${login.advice}; or name it all the same: --agent ${agent}, in the shell /use ${agent}`,
	});
}

/** Looks at the files of each agent's login: 0.5 ms. */
export function loginsOf({ registry, env }: RelayDeps): Map<AgentId, LoginState> {
	return new Map(registry.adapters.map((adapter) => [adapter.id, adapter.probeLogin(env)]));
}

function factsOf(
	adapter: AgentAdapter,
	logins: ReadonlyMap<AgentId, LoginState>,
	named: ReadonlySet<AgentId>,
	deps: RelayDeps,
): CandidateFacts {
	const login = logins.get(adapter.id);
	const found = deps.findExecutable(adapter.id);
	return {
		agent: adapter.id,
		installed: found.path !== null,
		loggedIn: login?.loggedIn ?? 'unknown',
		isUnasked: login?.untouched === true && !named.has(adapter.id),
		refusedLogin: deps.ledger.refusedLogin(loginOf(adapter.id, login)),
		isDemo: adapter.isDemo,
		refused: refusalOf(adapter.id, deps, found),
		install: adapter.install,
		loginAdvice: login?.advice ?? adapter.title,
	};
}

/** The facts behind "who works next", gathered for the pure choice in `limits/successor.ts`. */
import type { AgentAdapter, AgentId, LoginState } from '../agents/contract.ts';
import { RelayError } from '../core/errors.ts';
import { type CandidateFacts, chooseSuccessor, type SuccessorChoice } from '../limits/successor.ts';
import type { AgentChoice } from './contract.ts';
import type { RelayDeps } from './ports.ts';
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
	const { order, current, tried, hopsLeft, explicit, named } = request;
	const agents = eligibleAdapters(request, deps).map((adapter) => new FactsOfAgent(adapter, named, deps));
	const loginKnown = (agent: AgentId) => agents.find((one) => one.agent === agent)?.login;
	return chooseSuccessor({
		order,
		agents,
		limitOf: ({ agent, model }) => deps.ledger.isLimited({ ...loginOf(agent, loginKnown(agent)), model }),
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
	const named = new Set(deps.registry.adapters.map(({ id }) => id));
	return deps.registry.adapters.map((adapter) => new FactsOfAgent(adapter, named, deps));
}

/** Throws `not_logged_in` where no login of this agent is known: naming a model does not name who gets the words. */
export function requireKnownLogin(agent: AgentId, deps: RelayDeps): void {
	const { title } = deps.registry.find(agent);
	const login = deps.loginOf(agent);
	if (login.loggedIn !== 'no' && login.untouched !== true) return;
	throw new RelayError('not_logged_in', `${title} has the model, and no login of it is known.`, {
		hint: `Log in with: ${login.advice}; or name it all the same: --agent ${agent}, in the shell /use ${agent}`,
	});
}

/** Each is looked up when it is asked for: most choices fall on the first agent, and the others are not looked at. */
class FactsOfAgent implements CandidateFacts {
	readonly agent: AgentId;
	readonly isDemo: boolean;
	readonly install: string;
	readonly #isNamed: boolean;
	readonly #deps: RelayDeps;

	constructor(adapter: AgentAdapter, named: ReadonlySet<AgentId>, deps: RelayDeps) {
		this.agent = adapter.id;
		this.isDemo = adapter.isDemo;
		this.install = adapter.install;
		this.#isNamed = named.has(adapter.id);
		this.#deps = deps;
	}

	get login(): LoginState {
		return this.#deps.loginOf(this.agent);
	}

	get #executable() {
		return this.#deps.findExecutable(this.agent);
	}

	get installed() {
		return this.#executable.path !== null;
	}

	get loggedIn() {
		return this.login.loggedIn;
	}

	get isUnasked() {
		return this.login.untouched === true && !this.#isNamed;
	}

	get refusedLogin() {
		return this.#deps.ledger.refusedLogin(loginOf(this.agent, this.login));
	}

	get refused() {
		return refusalOf(this.agent, this.#deps, this.#executable);
	}

	get loginAdvice() {
		return this.login.advice;
	}
}

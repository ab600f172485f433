import type { AgentAdapter, LoginState } from '../../agents/agent-adapter.ts';
import type { FoundExecutable } from '../../core/processes/find-executable.ts';
import type { LedgerEntry } from '../../limits/ledger-file.ts';
import type { CandidateFacts } from '../../limits/successor.ts';
import type { RelayDeps } from '../ports.ts';
import { refusalOf } from './require-executable.ts';
import { ledgerKey } from './update-ledger.ts';

/** What is known of an agent now, without starting it. */
export interface AgentFacts extends CandidateFacts {
	readonly adapter: AgentAdapter;
	readonly executable: FoundExecutable;
	readonly login: LoginState;
	/** null: not limited. */
	limitOf(model: string | null): LedgerEntry | null;
}

/**
 * Each fact is looked up on demand: most choices fall on the first agent, and the others are not examined. `isNamed`: the user
 * named the agent, now or in his configuration.
 */
export function agentFacts(
	adapter: AgentAdapter,
	{ isNamed }: { isNamed: boolean },
	deps: RelayDeps,
): AgentFacts {
	const { id: agent, isDemo, install } = adapter;
	const { ledger } = deps;
	const login = () => deps.loginOf(agent);
	const executable = () => deps.findExecutable(agent);
	return {
		adapter,
		agent,
		isDemo,
		install,
		get executable() {
			return executable();
		},
		get login() {
			return login();
		},
		get installed() {
			return executable().path !== null;
		},
		get refused() {
			return refusalOf(agent, deps, executable());
		},
		get loggedIn() {
			return login().loggedIn;
		},
		get loginAdvice() {
			return login().advice;
		},
		get isUnasked() {
			return login().untouched === true && !isNamed;
		},
		get refusedLogin() {
			return ledger.refusedLogin(ledgerKey(agent, login()));
		},
		limitOf: (model) => ledger.isLimited({ ...ledgerKey(agent, login()), model }),
	};
}

/** As if the user had named each of them. */
export const allAgentFacts = (deps: RelayDeps): AgentFacts[] =>
	deps.registry.adapters.map((adapter) => agentFacts(adapter, { isNamed: true }, deps));

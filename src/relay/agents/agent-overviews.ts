import type { AgentId, LoginState } from '../../agents/agent-adapter.ts';
import { adviceFor } from '../../agents/evidence/login-advice.ts';
import type { AgentOverview } from '../conversation-contract.ts';
import type { RelayDeps } from '../ports.ts';
import { type AgentFacts, allAgentFacts } from './agent-facts.ts';
import { askingProblem } from './asking-problem.ts';

/** Every agent with what is known of it, without starting any. */
export function agentOverviews(deps: RelayDeps, active: AgentId | null): AgentOverview[] {
	return allAgentFacts(deps).map((facts) => {
		const { adapter, executable } = facts;
		const { path, lookedAt } = executable;
		const limit = facts.limitOf(null);
		const version = path === null ? null : deps.versions.known(adapter, path);
		return {
			agent: adapter.id,
			title: adapter.title,
			aliases: adapter.aliases,
			base: adapter.base ?? null,
			isDemo: adapter.isDemo,
			executable: path,
			lookedAt,
			version,
			cannotAsk: askingProblem(adapter, version, deps),
			login: loginShown(facts),
			install: adapter.install,
			limitedUntil: limit?.until ?? null,
			isLimited: limit !== null,
			isActive: adapter.id === active,
			refused: facts.refused,
		};
	});
}

/** A login that the CLI refused counts as none. */
function loginShown({ login, refusedLogin }: AgentFacts): LoginState {
	if (refusedLogin === null) return login;
	const { reason } = refusedLogin;
	const evidence = `the login was refused: ${reason}`;
	return { ...login, loggedIn: 'no', evidence, advice: adviceFor(reason, login.advice) };
}

import type { AgentId, LoginState } from '../agents/contract.ts';
import { adviceFor } from '../agents/evidence/login-advice.ts';
import type { RefusedLogin } from '../limits/ledger-file.ts';
import type { AgentOverview } from './contract.ts';
import type { RelayDeps } from './ports.ts';
import { refusalOf } from './require-executable.ts';
import { loginOf } from './tell-ledger.ts';

function asRefused(login: LoginState, { reason }: RefusedLogin): LoginState {
	const advice = adviceFor(reason, login.advice);
	return { ...login, loggedIn: 'no', evidence: `the login was refused: ${reason}`, advice };
}

/** Every agent with what is known of it without starting any. */
export function agentOverviews(deps: RelayDeps, active: AgentId | null): AgentOverview[] {
	return deps.registry.adapters.map((adapter) => {
		const found = deps.findExecutable(adapter.id);
		const { path, lookedAt } = found;
		const login = deps.loginOf(adapter.id);
		const entry = deps.ledger.isLimited({ ...loginOf(adapter.id, login), model: null });
		const refusedLogin = deps.ledger.refusedLogin(loginOf(adapter.id, login));
		return {
			agent: adapter.id,
			title: adapter.title,
			aliases: adapter.aliases,
			isDemo: adapter.isDemo,
			executable: path,
			lookedAt,
			version: path === null ? null : deps.versions.known(adapter, path),
			login: refusedLogin === null ? login : asRefused(login, refusedLogin),
			install: adapter.install,
			limitedUntil: entry?.until ?? null,
			isLimited: entry !== null,
			isActive: adapter.id === active,
			refused: refusalOf(adapter.id, deps, found),
		};
	});
}

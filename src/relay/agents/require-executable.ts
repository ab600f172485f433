import type { AgentId } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import type { FoundExecutable } from '../../core/processes/find-executable.ts';
import type { CandidateVerdict } from '../../limits/successor.ts';
import type { RelayDeps } from '../ports.ts';

/**
 * The absolute path of an agent's program. Throws `agent_not_installed` with how to install it, or `not_trusted` when it
 * may not be started here.
 */
export function requireExecutable(agent: AgentId, deps: RelayDeps): string {
	const found = deps.findExecutable(agent);
	const refused = refusalOf(agent, deps, found);
	if (refused !== null) throw notTrusted(refused);
	if (found.path !== null) return found.path;
	const { title, install } = deps.registry.find(agent);
	throw new RelayError('agent_not_installed', `${title} is not installed.`, {
		hint: `Install it with: ${install}`,
	});
}

function notTrusted(refused: string): RelayError {
	return new RelayError('not_trusted', refused, { hint: 'Trust this repo with: agent-relay config trust' });
}

/** Why an installed agent may not be started in this repo: where its program is, or what the CLI would obey. */
export function refusalOf(
	agent: AgentId,
	deps: RelayDeps,
	{ path, refused }: FoundExecutable = deps.findExecutable(agent),
): string | null {
	if (path === null) return refused;
	const adapter = deps.registry.find(agent);
	if (adapter.refusal === undefined) return null;
	const { repo, isTrusted, env } = deps;
	const { folder, worktree } = repo;
	return adapter.refusal({ isTrusted, folder, worktree, isGitRepo: repo.kind !== 'none', env });
}

/** The error for a prompt that no installed agent may get: nobody is logged in, or no login is known. */
export function nobodyLoggedIn(
	{ registry, findExecutable }: RelayDeps,
	candidates: readonly CandidateVerdict[],
): RelayError {
	const isHere = (agent: AgentId) => findExecutable(agent).path !== null;
	const waiting = candidates.filter(({ verdict, agent }) => WITHOUT_LOGIN.has(verdict) && isHere(agent));
	const names = [...new Set(waiting.map(({ agent }) => agent))];
	const [first = ''] = names;
	const logins = waiting.map(({ agent, reason }) => `${registry.find(agent).title}: ${reason}`);
	return new RelayError('not_logged_in', 'No agent that is installed here has a known login.', {
		hint: `${logins.join('; ')}. Log in, or name one all the same: --agent ${first}, in the shell /use ${first}`,
	});
}

const WITHOUT_LOGIN: ReadonlySet<CandidateVerdict['verdict']> = new Set([
	'not_logged_in',
	'login_refused',
	'no_login_known',
]);

/** True if only a login is missing: nobody could work after a reset either. */
export function lacksLogins(candidates: readonly CandidateVerdict[]): boolean {
	return (
		candidates.some(({ verdict }) => WITHOUT_LOGIN.has(verdict)) &&
		candidates.every(({ verdict }) => WITHOUT_LOGIN.has(verdict) || CANNOT_START.has(verdict))
	);
}

const CANNOT_START: ReadonlySet<CandidateVerdict['verdict']> = new Set(['not_installed', 'demo']);

/** The error for a prompt that no installed agent could take. Names one that is there but refused, and how to allow it. */
export function nobodyInstalled(deps: RelayDeps): RelayError {
	const { registry } = deps;
	const refused = registry.adapters.map(({ id }) => refusalOf(id, deps)).find((text) => text !== null);
	if (refused) return notTrusted(refused);
	const installs = registry.adapters
		.filter(({ isDemo }) => !isDemo)
		.map(({ title, install }) => `${title}: ${install}`);
	return new RelayError('agent_not_installed', 'No coding agent is installed.', {
		hint: `Install one (${installs.join('; ')}), or try: agent-relay demo`,
	});
}

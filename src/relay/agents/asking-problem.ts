import type { AgentAdapter, TurnRequest } from '../../agents/agent-adapter.ts';
import { wantsToAsk } from '../../agents/asking/question.ts';
import { agentEnvironment } from '../../agents/environment.ts';
import type { RelayDeps } from '../ports.ts';
import { presentPlace } from '../resume/present-place.ts';

/**
 * Why this agent cannot ask the user while it works, as the end of "NAME cannot ask: …", whatever the preset; null: it can.
 * `version` as for a turn.
 */
export function askingProblem(
	adapter: AgentAdapter,
	version: string | null,
	deps: Pick<RelayDeps, 'agentEnv' | 'registry' | 'repo' | 'isTrusted'>,
): string | null {
	if (adapter.cannotAsk === undefined) return 'its program has no way to';
	const { env } = agentEnvironment(deps.agentEnv, adapter, deps.registry.adapters, { session: '', turn: 0 });
	const { folder } = presentPlace(deps.repo);
	return adapter.cannotAsk({
		version,
		env,
		folder,
		worktree: deps.repo.worktree,
		isTrusted: deps.isTrusted,
	});
}

/** What the user is told when a turn that would ask cannot; null: it asks, need not, or it is not known yet. */
export function describeAskingProblem(adapter: AgentAdapter, request: TurnRequest): string | null {
	const { permissions, version } = request;
	if (!wantsToAsk(request) || typeof version !== 'string') return null;
	const problem = adapter.cannotAsk?.(request) ?? null;
	if (problem === null) return null;
	return `${adapter.title} cannot ask: ${problem}. What ${permissions} does not allow is refused.`;
}

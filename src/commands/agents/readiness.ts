import type { AgentOverview } from '../../relay/conversation-contract.ts';

/**
 * One or two words for lists: `ready`, `limited`, `not installed`, `not logged in`, `no login known`, `refused here`, `demo`;
 * `active` of the one that works in the conversation `isOpen`.
 */
export function describeReadiness(agent: AgentOverview, { isOpen }: { isOpen: boolean }): string {
	const isActive = isOpen && agent.isActive;
	if (agent.refused !== null) return 'refused here';
	if (agent.executable === null) return 'not installed';
	if (agent.isLimited || agent.limitedUntil !== null) return isActive ? 'active, limited' : 'limited';
	if (agent.login?.loggedIn === 'no') return 'not logged in';
	if (isActive) return 'active';
	if (agent.login?.untouched === true) return 'no login known';
	return agent.isDemo ? 'demo' : 'ready';
}

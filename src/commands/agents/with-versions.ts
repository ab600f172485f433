import type { AgentOverview } from '../../relay/conversation-contract.ts';
import type { CommandContext } from '../context.ts';

/** Every agent. Here, off the path of any turn, an installed agent may be asked for its version. */
export async function withVersions(
	context: Pick<CommandContext, 'agents' | 'askVersion'>,
): Promise<readonly AgentOverview[]> {
	const overviews = await context.agents();
	const asked = new Map<string, string | null>();
	await Promise.all(
		overviews.map(async ({ agent, executable, version, isDemo }) => {
			if (executable === null || version !== null || isDemo) return;
			asked.set(agent, await context.askVersion(agent, executable).catch(() => null));
		}),
	);
	if (asked.size === 0) return overviews;
	// What else is known of an agent depends on its version.
	const now = await context.agents();
	return now.map((agent) => ({ ...agent, version: agent.version ?? asked.get(agent.agent) ?? null }));
}

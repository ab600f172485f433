import type { OpenSession } from '../../sessions/store/session-store.ts';
import { checkpoint } from '../../sessions/transitions.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import type { RelayDeps } from '../ports.ts';

/**
 * A packet that the user asked for: for the agent that was named (a switch), or for any next agent (null, a checkpoint). Returns
 * its path, relative to the session's folder.
 */
export async function packForUser(
	session: OpenSession,
	to: AgentChoice | null,
	deps: RelayDeps,
): Promise<string> {
	const { registry, clock } = deps;
	const worked = session.turns().at(-1)?.agent;
	const from = registry.adapters.find(({ id }) => id === worked) ?? null;
	const { makePacket } = await import('./make-packet.ts');
	const { path: packet } = await makePacket(
		{
			session,
			from,
			to: to && registry.find(to.agent),
			reason: to === null ? 'checkpoint' : 'switch',
			limit: null,
			nowPrompt: null,
			since: null,
		},
		deps,
	);
	session.apply(checkpoint, {
		reason: to === null ? 'handoff' : 'switch',
		at: clock.now(),
		packet,
		nextAgent: to?.agent ?? null,
	});
	return packet;
}

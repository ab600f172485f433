import type { OpenSession } from '../../sessions/store/session-store.ts';
import { checkpoint } from '../../sessions/transitions.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import type { RelayDeps } from '../ports.ts';
import type { MadePacket } from './make-packet.ts';

/** A packet for the agent to which the user switches. */
export async function packForSwitch(
	session: OpenSession,
	to: AgentChoice,
	deps: RelayDeps,
): Promise<MadePacket> {
	const { registry, clock } = deps;
	const worked = session.turns().at(-1)?.agent;
	const from = registry.adapters.find(({ id }) => id === worked) ?? null;
	const { makePacket } = await import('./make-packet.ts');
	const made = await makePacket(
		{
			session,
			from,
			to: registry.find(to.agent),
			reason: 'switch',
			limit: null,
			nowPrompt: null,
			since: null,
		},
		deps,
	);
	session.apply(checkpoint, {
		reason: 'switch',
		at: clock.now(),
		packet: made.path,
		nextAgent: to.agent,
	});
	return made;
}

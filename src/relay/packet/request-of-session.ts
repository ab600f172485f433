import type { OpenSession } from '../../sessions/store/session-store.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import type { RelayDeps } from '../ports.ts';
import { nowPromptOf, unfinishedTask } from '../turn/task.ts';
import type { PacketRequest } from './make-packet.ts';

/** What a packet of the session is asked for as it stands, with what waits in it. `to` null: the next agent is not chosen yet. */
export function requestOfSession(
	session: Pick<OpenSession, 'id' | 'meta' | 'folder' | 'witness'>,
	to: AgentChoice | null,
	{ registry, store }: Pick<RelayDeps, 'registry' | 'store'>,
): Omit<PacketRequest, 'session'> {
	const task = unfinishedTask(session, store);
	const turns = store.story(session.id).flatMap((entry) => entry.turns);
	const worked = turns.at(-1)?.agent;
	return {
		from: registry.adapters.find(({ id }) => id === worked) ?? null,
		to: to && registry.find(to.agent),
		toModel: to?.model ?? null,
		reason: to === null ? 'checkpoint' : 'switch',
		limit: null,
		nowPrompt: task && nowPromptOf(task),
		since: null,
	};
}

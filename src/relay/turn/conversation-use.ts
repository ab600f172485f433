/** What a turn finds out about the agent's conversation before it is resumed: who works in it, and who did in between. */
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { ConversationUse } from '../../sessions/lineage/native-conversations.ts';
import { type AgentStanding, standingWithout } from '../packet/placed-turns.ts';
import type { RelayDeps } from '../ports.ts';

export interface UsedConversation {
	standing: AgentStanding;
	use: ConversationUse;
	/** Sessions beside the lineage that went on in the conversation since the lineage did; oldest first. */
	between: LineageEntry[];
}

/** A conversation in which another session works at this moment is left for a new one; so is one that only a record names. */
export function useConversation(
	standing: AgentStanding,
	{ adapter, lineage }: { adapter: AgentAdapter; lineage: readonly LineageEntry[] },
	{ conversations, store }: Pick<RelayDeps, 'conversations' | 'store'>,
): UsedConversation {
	const ids = lineage.flatMap(({ meta }) => parseSessionId(meta.id) ?? []);
	const session = ids.at(-1);
	if (session === undefined) throw new Error('a turn without a session');
	const { nativeSessionId: nativeId } = standing;
	if (nativeId !== null && !adapter.isNativeId(nativeId)) {
		const use = conversations.begin(null, session);
		return {
			standing: standingWithout(`has no id that ${adapter.title} could have given it`),
			use,
			between: [],
		};
	}
	const conversation = nativeId === null ? null : { agent: adapter.id, nativeId };
	const use = conversations.begin(conversation, session, (users) => mayJoin(users, lineage));
	const why = use.isOthers
		? 'is not known to be of this session'
		: use.busyBy && `is in use by session ${use.busyBy.slice(-6)}`;
	if (why !== null) return { standing: standingWithout(why), use, between: [] };
	const between = use.othersSince(ids).flatMap((id) => entriesOf(id, store).at(-1) ?? []);
	return { standing, use, between };
}

/**
 * Whoever can write a record can put the id of any conversation of the user's there. So somebody of the lineage was seen in
 * it; of one that no relay knows, the user's own records are believed.
 */
function mayJoin(users: readonly SessionId[], lineage: readonly LineageEntry[]): boolean {
	if (users.length > 0) return lineage.some(({ meta }) => users.some((id) => id === meta.id));
	return lineage.every(({ witness }) => witness.isOurs && !witness.isTakenOver);
}

/** Empty for a session that cannot be read here. */
function entriesOf(id: Parameters<RelayDeps['store']['lineage']>[0], store: RelayDeps['store']) {
	try {
		return store.lineage(id);
	} catch (error) {
		if (error instanceof RelayError) return [];
		throw error;
	}
}

/** Said with the prompt; null: nobody was in between. */
export function tellBetween(title: string, between: readonly LineageEntry[]): string | null {
	if (between.length === 0) return null;
	const who = between.map(({ meta }) => meta.id.slice(-6)).join(', ');
	return `${title} has worked in this conversation for session ${who} since; what it did there goes with your prompt.`;
}

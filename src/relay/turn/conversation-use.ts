/** What a turn finds out about the agent's conversation before resuming it: who works in it, and who has worked in it since. */
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { recordedFolder } from '../../git/repo/start-folder.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { ConversationUse } from '../../sessions/lineage/native-conversations.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import {
	type AgentStanding,
	agentStanding,
	type PlacedTurn,
	placedTurns,
	standingWithout,
} from '../packet/placed-turns.ts';
import type { RelayDeps } from '../ports.ts';
import { presentPlace } from '../resume/present-place.ts';

export interface ConversationPlan {
	session: Pick<OpenSession, 'meta'>;
	adapter: AgentAdapter;
	/** The agent, or the participant of a chat, as the session's meta has it. */
	who: string;
	/** The session and those it continues, oldest first. */
	lineage: readonly LineageEntry[];
	/** True: its conversation is known to be gone. */
	isFresh?: boolean;
	/** The next prompt goes with a packet, whatever the agent knows. */
	hasPacket?: boolean;
}

export interface UsedConversation {
	/** Of the lineage. */
	turns: readonly PlacedTurn[];
	standing: AgentStanding;
	use: ConversationUse;
	/** Sessions outside the lineage that have used the conversation since the lineage did; oldest first. */
	between: LineageEntry[];
}

/** A conversation that another session is working in is left for a new one; so is one that only a record names. */
export function useConversation(
	plan: ConversationPlan,
	deps: Pick<RelayDeps, 'conversations' | 'repo' | 'store'>,
): UsedConversation {
	const { session, who, lineage, isFresh = false, hasPacket = false } = plan;
	const turns = placedTurns(lineage);
	const known = isFresh ? null : (session.meta.agents[who]?.native_session_id ?? null);
	const now = { hasPacket, folder: recordedFolder(presentPlace(deps.repo)) };
	return { turns, ...useKnown(agentStanding(turns, who, known, now), plan, deps) };
}

function useKnown(
	standing: AgentStanding,
	{ adapter, lineage }: Pick<ConversationPlan, 'adapter' | 'lineage'>,
	{ conversations, store }: Pick<RelayDeps, 'conversations' | 'store'>,
): Omit<UsedConversation, 'turns'> {
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
 * Anyone who can write a record can put the id of any conversation of the user's there. So some session of the lineage must have
 * been seen in it; if no relay knows the conversation, only the user's own records are believed.
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

/** The notice that an agent's last conversation is left, and `why`, as the end of "its last one …". `told`: all of what it gets instead. */
export function describeNewConversation(who: string, why: string, told: string | null): string {
	const instead = told === null ? '' : `, with the whole ${told}`;
	return `${who} starts a new conversation${instead}: its last one ${why}.`;
}

/** The notice that goes with the prompt; null: nobody has worked there since. */
export function describeBetween(title: string, between: readonly LineageEntry[]): string | null {
	if (between.length === 0) return null;
	const who = between.map(({ meta }) => meta.id.slice(-6)).join(', ');
	return `${title} has worked in this conversation for session ${who} since; what it did there goes with your prompt.`;
}

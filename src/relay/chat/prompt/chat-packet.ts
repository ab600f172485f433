/** The packet of a chat's turn: the prompt as it is sent, and the same facts as data. Its schema is not that of resume packets. */
import { writePacket } from '../../../handoff/write-packet.ts';
import type { ChatParticipant, ChatRecord } from '../../../sessions/session-meta.ts';
import type { OpenSession } from '../../../sessions/store/session-store.ts';
import { participantOf, type TurnState } from '../../../sessions/turns/turn-state.ts';
import type { Missed } from '../chat-history.ts';
import { MAX_CHAT_PROMPT_BYTES } from './chat-prompt.ts';

/** Counts changes of `ChatPacketData` alone. */
const CHAT_PACKET_VERSION = 1;

/** Someone who speaks or spoke: the participant's id, and the agent that plays it. */
interface Speaker {
	id: string;
	agent: string;
}

/** The `.json` twin. Keys as on disk. */
interface ChatPacketData {
	schema_version: number;
	/** Distinguishes it from a resume packet (`full`, `delta`). */
	kind: 'chat';
	reason: 'chat';
	/** Who spoke last; null: nobody yet. */
	from: Speaker | null;
	to: Speaker;
	objective: string | null;
	/** What must hold before anyone may say that it is done. */
	until: string | null;
	participants: readonly ChatParticipant[];
	/** What the participant has not heard yet, oldest first. */
	said: readonly SaidData[];
	redactions: number;
	budget_bytes: number;
}

/** A message of the user has its text; one of an agent names the turn that has its text, which the Markdown quotes. */
type SaidData =
	| { by: 'user' | 'unconfirmed'; text: string }
	| {
			by: string;
			agent: string;
			session_id: string;
			turn: number;
			verdict: string | null;
			files: Array<{ path: string; change: string }>;
	  };

export interface ChatPacketFacts {
	/** The prompt as it is sent. */
	markdown: string;
	chat: ChatRecord;
	/** The newest turn of the lineage; null: none. */
	last: TurnState | null;
	to: Speaker;
	missed: readonly Missed[];
	/** How many secret values were taken out. */
	redactions: number;
}

/** Returns its path relative to the session's folder. Fails like `writePacket`. */
export async function writeChatPacket(session: OpenSession, facts: ChatPacketFacts): Promise<string> {
	const { markdown, to } = facts;
	const data = packetData(facts, session.meta.objective);
	const names = { from: data.from?.id ?? 'start', to: to.id };
	const json = `${JSON.stringify(data, null, '\t')}\n`;
	const { path } = await writePacket(session, session.meta.turn_count, names, { markdown, json });
	return path;
}

function packetData(
	{ chat, last, to, missed, redactions }: ChatPacketFacts,
	objective: string | null,
): ChatPacketData {
	return {
		schema_version: CHAT_PACKET_VERSION,
		kind: 'chat',
		reason: 'chat',
		from: last && { id: participantOf(last), agent: last.agent },
		to,
		objective,
		until: chat.until,
		participants: chat.participants,
		said: missed.map(missedToData),
		redactions,
		budget_bytes: MAX_CHAT_PROMPT_BYTES,
	};
}

function missedToData(said: Missed): SaidData {
	if (said.kind !== 'agent') return { by: said.kind, text: said.text };
	const { who, agent, sessionId, turn, verdict, files } = said.by;
	return {
		by: who,
		agent,
		session_id: sessionId,
		turn,
		verdict,
		files: files.map(({ path, change }) => ({ path, change })),
	};
}

/** What an agent's own TUI is started with, inside a session: the conversation to resume, or the packet as its first prompt. */
import type { AgentAdapter, PermissionPreset } from '../../agents/agent-adapter.ts';
import { insideSession } from '../../sessions/files/session-paths.ts';
import type { ConversationUse } from '../../sessions/lineage/native-conversations.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { TurnSpec } from '../../turns/turn-spec.ts';
import type { MadePacket, PacketRequest } from '../packet/make-packet.ts';
import { requestOfSession } from '../packet/request-of-session.ts';
import type { RelayDeps } from '../ports.ts';
import { describeBetween, describeNewConversation, useConversation } from './conversation-use.ts';
import { turnSpec } from './prepare-turn.ts';
import { type Task, unfinishedTask } from './task.ts';

export interface TuiPlan {
	session: OpenSession;
	adapter: AgentAdapter;
	model: string | null;
	permissions: PermissionPreset;
}

export interface PreparedTui {
	spec: TurnSpec;
	/** null: the conversation knows everything, and the user begins. */
	firstPrompt: string | null;
	packet: MadePacket | null;
	/** The user's words in that prompt, as it is on record as `turn`; null: there are none. */
	words(turn: number, prompt: string): TurnState['user_prompt'];
	/** False: only the record says that those are the user's. */
	isConfirmed: boolean;
	/** To be ended with the conversation that the TUI was in last. */
	use: ConversationUse;
	/** Sentences for people. */
	notices: readonly string[];
}

/** Linux takes 128 KiB less one byte in an argument. */
const MAX_ARGUMENT_BYTES = 120 * 1024;

/** Throws like `turnSpec`; then nothing is in use. */
export async function prepareTui(plan: TuiPlan, deps: RelayDeps): Promise<PreparedTui> {
	const { session, adapter } = plan;
	const lineage = deps.store.story(session.id);
	const used = useConversation({ session, adapter, who: adapter.id, lineage }, deps);
	const { turns, standing, use, between } = used;
	try {
		const waiting = unfinishedTask(session, deps.store);
		const needsPacket = turns.length > 0 && (standing.needsPacket || between.length > 0);
		const packet = needsPacket ? await packetFor(plan, { since: standing.lastTurn, between }, deps) : null;
		const made = { prompt: '', userPrompt: null, packet: packet?.path ?? null, standing };
		const spec = turnSpec({ ...plan, trigger: 'user', before: null, mayAsk: false }, deps, made);
		const left =
			standing.left === null
				? []
				: [describeNewConversation(adapter.title, standing.left, packet && 'story in a packet')];
		const shared = describeBetween(adapter.title, between);
		return {
			spec,
			firstPrompt: packet && (await promptOf(packet, session)),
			packet,
			words: (turn, prompt) => packet && waiting && wordsIn(prompt, turn, waiting),
			isConfirmed: waiting?.isConfirmed ?? false,
			use,
			notices: [...left, ...(shared === null ? [] : [shared])],
		};
	} catch (error) {
		use.end(null);
		throw error;
	}
}

async function packetFor(
	{ session, adapter, model }: TuiPlan,
	known: Pick<PacketRequest, 'since' | 'between'>,
	deps: RelayDeps,
): Promise<MadePacket> {
	const { makePacket } = await import('../packet/make-packet.ts');
	const request = requestOfSession(session, { agent: adapter.id, model }, deps);
	return makePacket({ session, ...request, ...known }, deps);
}

/** What has no room in an argument is read by the agent. */
async function promptOf({ packet, path }: MadePacket, session: OpenSession): Promise<string> {
	const { composePrompt } = await import('../../handoff/build-packet.ts');
	const { text } = composePrompt(packet, null);
	if (Buffer.byteLength(text) <= MAX_ARGUMENT_BYTES) return text;
	const file = insideSession(session.folder, path) ?? path;
	return `Read the notes in ${file} first. They say what was done before in this conversation, and what to do now.`;
}

/** Where they were said first, else where they are in the prompt. */
function wordsIn(prompt: string, turn: number, { recordedAt, text }: Task): TurnState['user_prompt'] {
	if (recordedAt !== null) return recordedAt;
	const at = prompt.indexOf(text);
	if (at < 0) return null;
	const start = Buffer.byteLength(prompt.slice(0, at));
	return { turn, start, end: start + Buffer.byteLength(text) };
}

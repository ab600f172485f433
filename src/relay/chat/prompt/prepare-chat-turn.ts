/** From "this participant speaks next" to everything its turn needs: what it missed, as a packet on disk, and the command. */
import { relative } from 'node:path';
import { secretValues } from '../../../agents/secret-values.ts';
import { parseSessionId } from '../../../core/ids.ts';
import { createRedactor } from '../../../handoff/redact.ts';
import { withInertMaterial } from '../../../handoff/words/piped-text.ts';
import { turnFile } from '../../../sessions/files/session-paths.ts';
import type { LineageEntry } from '../../../sessions/lineage/lineage.ts';
import type { ChatParticipant, ChatRecord } from '../../../sessions/session-meta.ts';
import type { OpenSession } from '../../../sessions/store/session-store.ts';
import { knownToAny } from '../../../sessions/witness/said-words.ts';
import { privatePathToLookAt } from '../../../turns/process/private-files.ts';
import type { TurnSpec } from '../../../turns/turn-spec.ts';
import { describeAskingProblem } from '../../agents/asking-problem.ts';
import { noteOfUndos } from '../../packet/note-of-undos.ts';
import { type PlacedTurn, placedTurns } from '../../packet/placed-turns.ts';
import type { RelayDeps } from '../../ports.ts';
import { presentPlace } from '../../resume/present-place.ts';
import { readableFolders } from '../../resume/record-folders.ts';
import { type UsedConversation, useConversation } from '../../turn/conversation-use.ts';
import { askingKeyFor, describeGoneFolder, turnSpec } from '../../turn/prepare-turn.ts';
import { objectiveOf } from '../../turn/task.ts';
import { type ChatHistory, lastHeard, missedBy } from '../chat-history.ts';
import { writeChatPacket } from './chat-packet.ts';
import { composeChatPrompt, MAX_CHAT_PROMPT_BYTES } from './chat-prompt.ts';

export interface ChatTurnPlan {
	session: OpenSession;
	chat: ChatRecord;
	who: ChatParticipant;
	history: ChatHistory;
	/** The session and those it continues, oldest first. */
	lineage: readonly LineageEntry[];
	/** Somebody is there to answer what the participant asks. */
	mayAsk: boolean;
	/** Ends what is waited for before the turn begins. */
	signal: AbortSignal;
}

export interface PreparedChatTurn {
	spec: TurnSpec;
	/** Relative to the session's folder. */
	packet: string;
	/** Its own conversation is gone: it gets the whole chat. */
	isFresh: boolean;
	/** Why its own conversation is not resumed, as the end of the sentence "its conversation …"; null: nothing is left. */
	left: string | null;
	/** The notice that the agent does not start in its folder; null: it does. */
	gone: string | null;
	/** Why the agent cannot ask in this turn, in a sentence for people; null: nothing is to be said. */
	cannotAsk: string | null;
}

/** Writes the packet; throws what `requireExecutable` throws before that. */
export async function prepareChatTurn(plan: ChatTurnPlan, deps: RelayDeps): Promise<PreparedChatTurn> {
	const { session, who, lineage } = plan;
	const adapter = deps.registry.find(who.agent);
	const used = useConversation({ session, adapter, who: who.id, lineage, hasPacket: true }, deps);
	try {
		return await prepareIn(used, plan, deps);
	} catch (error) {
		used.use.end(null);
		throw error;
	}
}

async function prepareIn(
	{ turns, standing, use }: UsedConversation,
	plan: ChatTurnPlan,
	deps: RelayDeps,
): Promise<PreparedChatTurn> {
	const { session, chat, who, history, lineage } = plan;
	const adapter = deps.registry.find(who.agent);
	const place = presentPlace(deps.repo);
	const hasTurns = lastHeard(history.turns, who.id) >= 0;
	const isFresh = hasTurns && standing.nativeSessionId === null;
	const missed = missedBy(history, who.id, isFresh);
	const witnesses = lineage.map(({ witness }) => witness);
	const topic = objectiveOf(lineage) ?? { text: '', isConfirmed: false };
	const redactor = createRedactor(secretValues(deps.env, deps.registry.adapters));
	const words = (text: string) => withInertMaterial(redactor.words(text), adapter.inert);
	const prompt = composeChatPrompt({
		who,
		everyone: chat.participants,
		titleOf: (agent) => deps.registry.adapters.find(({ id }) => id === agent)?.title ?? agent,
		topic: words(topic.text),
		isTopicConfirmed: topic.isConfirmed,
		isUsers: (said) => knownToAny(witnesses, said),
		until: chat.until,
		permissions: chat.permissions,
		undone: noteOfUndos(lineage, heardLast(lineage, history, { who: who.id, isFresh }), adapter, deps, {
			isInChat: true,
		}),
		missed: missed.map((said) => (said.kind === 'agent' ? said : { ...said, text: words(said.text) })),
		isFirst: !hasTurns,
		isFresh,
		wasCutOff: wasCutOff(history, who.id),
		folderOf: (id) => folderFor(id, deps),
		...(place.folder === place.worktree ? {} : { root: `${relative(place.folder, place.worktree)}/` }),
		redact: redactor.speech,
		inert: adapter.inert,
		maxBytes: MAX_CHAT_PROMPT_BYTES,
	});
	const own = {
		session,
		adapter,
		model: who.model,
		permissions: chat.permissions,
		trigger: 'chat' as const,
		before: null,
		mayAsk: plan.mayAsk,
	};
	const turn = session.meta.turn_count + 1;
	const earlier = session.turns().find(({ user_prompt }) => user_prompt !== null)?.user_prompt ?? null;
	const userPrompt = earlier ?? (prompt.topic && { turn, ...prompt.topic });
	const notesHeard = history.notes.length;
	const sent = { prompt: prompt.text, userPrompt, packet: null, standing };
	// Refuses a missing program or a preset that the agent cannot hold before anything is written.
	const bare = turnSpec(own, deps, sent);
	const request = { ...bare.request, ...(await askingKeyFor(bare, deps, plan.signal)) };
	const spec = { ...bare, request };
	adapter.command({
		...spec.request,
		...privatePathToLookAt(deps.privateFolder),
		prompt: { path: turnFile(session.folder, turn, 'prompt.md'), text: prompt.text },
	});
	const packet = await writeChatPacket(session, {
		markdown: prompt.text,
		chat,
		last: turns.at(-1)?.state ?? null,
		to: { id: who.id, agent: who.agent },
		missed,
		redactions: redactor.count(),
	});
	return {
		spec: { ...spec, packet, conversation: use, speaker: { participant: who.id, notesHeard } },
		packet,
		isFresh,
		left: standing.left,
		cannotAsk: describeAskingProblem(adapter, request),
		gone: place.folder === deps.repo.folder ? null : describeGoneFolder(deps.repo),
	};
}

/** The turn that the participant knows of last; null: none, or its conversation is gone. */
function heardLast(
	lineage: readonly LineageEntry[],
	{ turns }: ChatHistory,
	{ who, isFresh }: { who: string; isFresh: boolean },
): PlacedTurn | null {
	const heard = isFresh ? undefined : turns[lastHeard(turns, who)];
	const isHeard = ({ sessionId, state }: PlacedTurn) =>
		sessionId === heard?.sessionId && state.turn === heard.turn;
	return placedTurns(lineage).find(isHeard) ?? null;
}

function wasCutOff({ turns }: ChatHistory, who: string): boolean {
	const newest = turns.findLast((turn) => turn.who === who && turn.isInChat);
	return newest !== undefined && newest.text === null && newest.hasHeard;
}

/** The session's folder as the agent can open it from where it works. */
function folderFor(id: string, { store, repo }: RelayDeps): string {
	const parsed = parseSessionId(id);
	if (parsed === null) return id;
	const [folder = id] = readableFolders([store.folderOf(parsed)], presentPlace(repo));
	return folder;
}

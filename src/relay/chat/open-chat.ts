/** Opens chats, new or continued. Refuses before anything is created. */
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import type { ChatParticipant, ChatRecord } from '../../sessions/session-meta.ts';
import { keepSettings, reopenChat } from '../../sessions/transitions.ts';
import { type Ports, withPolicy } from '../ports.ts';
import { repairSession } from '../resume/repair.ts';
import { acceptOrigin, refuseArchived, requireOrigin } from '../resume/session-origin.ts';
import { placeSession, repoAt } from '../resume/session-place.ts';
import { describeUnconfirmed } from '../resume/unconfirmed-words.ts';
import { findObstacles, requireTwoAbleToStart } from './able-participants.ts';
import { type Chat, type ChatChanges, type ChatRequest, DEFAULT_CHAT_TURNS } from './chat-contract.ts';
import { OneChat } from './one-chat.ts';
import { readParticipants } from './participants.ts';

/** Throws `usage`, `unknown_agent`, `agent_not_installed`, `not_trusted`, `refused`, `not_logged_in`; then no session was made. */
export async function startChat(request: ChatRequest, ports: Ports): Promise<Chat> {
	const deps = withPolicy(ports);
	const participants = readParticipants(request.agents, request.roles, deps.registry);
	const chat: ChatRecord = {
		participants,
		until: request.until,
		max_turns: request.maxTurns ?? DEFAULT_CHAT_TURNS,
		permissions: request.permissions ?? 'read-only',
		agreed: false,
	};
	const obstacles = findObstacles(chat, deps);
	requireTwoAbleToStart(chat, obstacles, deps);
	const { topic, parentTurn, timeoutMs, mayAsk, config = [] } = request;
	const session = deps.store.create({ kind: 'chat', objective: topic, parentTurn, chat, config });
	return new OneChat(session, ports, { obstacles, timeoutMs, mayAsk, isNew: true, found: session.notices });
}

/**
 * Continues a chat: in place, or as a child if all had agreed. Every participant that can speak, as far as is known, is asked
 * again. Throws `usage` if the session is not a chat or there is nothing to say, and like `startChat`.
 */
export async function continueChat(id: SessionId, changes: ChatChanges, here: Ports): Promise<Chat> {
	const recorded = here.store.read(id);
	const { chat, kind } = recorded;
	if (kind !== 'chat' || chat === undefined) throw noChat(id);
	const isHere = changes.isHere ?? false;
	refuseArchived(recorded);
	requireOrigin(recorded, here.store.witness(id), isHere || (changes.isAccepted ?? false));
	const place = await placeSession(recorded, here, { isHere });
	const deps = withPolicy(place.ports);
	const isCompleted = deps.store.status(id).status === 'completed';
	if (isCompleted && changes.words === null)
		throw new RelayError('usage', `In chat ${id} all have agreed, and nothing new was said.`, {
			hint: `Say what is next: agent-relay chat --session ${id.slice(-6)} "…"`,
		});
	const participants = chat.participants.map((one): ChatParticipant => ({ ...one, left: null }));
	const next = changed({ ...chat, participants }, changes);
	const obstacles = findObstacles(next, deps);
	requireTwoAbleToStart(next, obstacles, deps);
	const { parentTurn, timeoutMs, mayAsk } = changes;
	acceptOrigin(id, deps.store);
	const session = isCompleted
		? deps.store.create({ kind: 'chat', parent: id, parentTurn })
		: deps.store.open(id);
	try {
		const found = [
			...(place.notice === null ? [] : [place.notice]),
			...session.notices,
			...(await repairSession(session, deps)),
			...[describeUnconfirmed(deps.store.lineage(session.id))].filter((line) => line !== null),
		];
		const repo = repoAt(place, session.meta.repo);
		const { config = [] } = changes;
		if (config.length > 0) session.apply(keepSettings, { settings: config, at: deps.clock.now() });
		session.apply(reopenChat, { repo, chat: next, words: changes.words, at: deps.clock.now() });
		return new OneChat(session, place.ports, { obstacles, timeoutMs, mayAsk, isNew: isCompleted, found });
	} catch (error) {
		if (isCompleted) session.discardIfEmpty();
		else session.release();
		throw error;
	}
}

/** `full` must be given again. */
function changed(chat: ChatRecord, { until, maxTurns, permissions }: ChatChanges): ChatRecord {
	const known = chat.permissions === 'full' ? 'edit' : chat.permissions;
	return {
		...chat,
		until: until ?? chat.until,
		max_turns: maxTurns ?? chat.max_turns,
		permissions: permissions ?? known,
		agreed: false,
	};
}

function noChat(id: SessionId): RelayError {
	return new RelayError('usage', `Session ${id} is not a chat.`, {
		hint: `Continue it: agent-relay run --session ${id.slice(-6)} "TASK"`,
	});
}

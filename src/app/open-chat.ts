/** Wires chats: the same configuration, trust, agents and ledger as any conversation. */
import { RelayError } from '../core/errors.ts';
import type { SessionId } from '../core/ids.ts';
import type { Chat, ChatChanges, ChatRequest } from '../relay/chat/contract.ts';
import { repairAbandoned } from '../relay/resume/repair.ts';
import { latestSession, latestUnfinished } from '../sessions/listing/latest-session.ts';
import type { SessionSummary } from '../sessions/listing/session-list.ts';
import type { App } from './create-app.ts';
import { openPorts, parentTurn, refuseDeepNesting, type SettingsHolder } from './open-relay.ts';

/** `session`: a session to go on with (id, prefix, suffix, name, latest); null: the newest chat with work left. */
export type ChatOpening =
	| ({ type: 'new' } & Omit<ChatRequest, 'parentTurn'>)
	| ({ type: 'earlier'; session: string | null } & Omit<ChatChanges, 'parentTurn'>);

/** `agree` asks whether a chat that no relay of this user began goes on. Throws what `startChat` and `continueChat` throw, and `nothing_to_continue` where no chat has work left. */
export async function openChat(
	app: App,
	opening: ChatOpening,
	current: SettingsHolder,
	agree: (id: SessionId) => Promise<boolean> = async () => false,
): Promise<Chat> {
	refuseDeepNesting(app.env);
	const [ports, { continueChat, startChat }] = await Promise.all([
		openPorts(app, current),
		import('../relay/chat/open-chat.ts'),
	]);
	const within = { parentTurn: parentTurn(app.env) };
	if (opening.type === 'new') {
		await ports.survivors.settle(ports.repo.worktree);
		return startChat({ ...opening, ...within }, ports);
	}
	const id = await earlierChat(app, opening.session);
	const isAccepted = opening.isHere !== true && (await agree(id));
	for (const line of await repairAbandoned(ports)) app.notice(line);
	await ports.survivors.settle((await app.store()).read(id).repo.worktree);
	return continueChat(id, { ...opening, ...within, isAccepted }, ports);
}

async function earlierChat(app: App, session: string | null): Promise<SessionId> {
	const store = await app.store();
	if (session !== null && session !== 'latest') return store.resolve(session);
	const find = session === null ? latestUnfinished : latestSession;
	const isOwn = ({ id }: SessionSummary) => store.witness(id).isOurs;
	const newest = find(store, { kinds: ['chat'] }, isOwn) ?? find(store, { kinds: ['chat'] });
	if (newest !== null) return newest.id;
	throw new RelayError('nothing_to_continue', 'No chat here has work left.', {
		hint: 'Start one: agent-relay chat "TOPIC" --agents claude,codex',
	});
}

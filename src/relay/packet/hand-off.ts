/** A packet of a session for an agent that the user names: left in the session for the next prompt, or only shown. */
import { lostAbilities } from '../../agents/permission-presets.ts';
import { fromIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { readOrNull } from '../../core/files/read-file.ts';
import type { SessionId } from '../../core/ids.ts';
import { insideSession } from '../../sessions/files/session-paths.ts';
import { hasUnusedPacket } from '../../sessions/listing/session-status.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import type { OpenSession, SessionStore } from '../../sessions/store/session-store.ts';
import { checkpoint } from '../../sessions/transitions.ts';
import { requireExecutable } from '../agents/require-executable.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import { type ConversationState, heldSession } from '../conversation-state.ts';
import { type Ports, type RelayDeps, withPolicy } from '../ports.ts';
import { placeSession } from '../resume/session-place.ts';
import { requestOfSession } from './request-of-session.ts';

/** The session waits for the agent from now on, with a packet. Throws `no_such_session`, and like `requireExecutable`. */
export async function handOff(
	state: Pick<ConversationState, 'session' | 'selection'>,
	to: AgentChoice,
	deps: RelayDeps,
): Promise<{ packet: string; losses: string[] }> {
	const { selection } = state;
	const session = heldSession(state);
	requireExecutable(to.agent, deps);
	refuseNothing(session.id, deps.store);
	const { makePacket } = await import('./make-packet.ts');
	const { path: packet } = await makePacket({ session, ...requestOfSession(session, to, deps) }, deps);
	session.apply(checkpoint, {
		reason: 'handoff',
		at: deps.clock.now(),
		packet,
		nextAgent: to.agent,
		nextModel: to.model,
		pendingPrompt: session.meta.checkpoint?.pending_prompt ?? null,
	});
	const from = session.turns().at(-1)?.agent ?? null;
	selection.name(to, from);
	const { permissions } = selection;
	const losses = from === null ? [] : lostAbilities(from, to.agent, permissions, deps.registry.adapters);
	return { packet, losses };
}

/** The text of a packet, as it would be sent; nothing of the session changes. `to` null: for any agent. */
export async function previewPacket(
	id: SessionId,
	to: AgentChoice | null,
	{ home, isHere }: { home: Ports; isHere: boolean },
): Promise<string> {
	const { store } = home;
	refuseNothing(id, store);
	const meta = store.read(id);
	const { ports } = await placeSession(meta, home, { isHere });
	const deps = withPolicy(ports);
	const session = { id, meta, folder: store.folderOf(id), witness: store.witness(id) };
	const [{ packetOf }, { composePrompt }] = await Promise.all([
		import('./make-packet.ts'),
		import('../../handoff/build-packet.ts'),
	]);
	try {
		const { packet } = await packetOf({ session, ...requestOfSession(session, to, deps) }, deps);
		return composePrompt(packet, null).text;
	} finally {
		await ports.snapshots?.settled();
		ports.snapshots?.release();
	}
}

/**
 * A packet for any next agent, as the user asked for one: what waits goes on waiting, for the same reason. `isNew` false: there is
 * one already, and nothing that it should tell has happened since; `hasNote`: a note was just added. Throws `nothing_to_continue`.
 */
export async function packNow(
	session: OpenSession,
	deps: RelayDeps,
	{ hasNote }: { hasNote: boolean },
): Promise<{ packet: string; isNew: boolean }> {
	refuseNothing(session.id, deps.store, 'checkpoint');
	const before = session.meta.checkpoint;
	const known = waitingPacket(session.id, session.meta, deps.store);
	const hasNews = hasNote || session.meta.notes.some(({ at }) => before !== null && at > before.at);
	if (known !== null && !hasNews) return { packet: known, isNew: false };
	const { makePacket } = await import('./make-packet.ts');
	const { path: packet } = await makePacket({ session, ...requestOfSession(session, null, deps) }, deps);
	session.apply(checkpoint, {
		reason: before?.reason ?? 'handoff',
		at: deps.clock.now(),
		packet,
		nextAgent: before?.next_agent ?? null,
		nextModel: before?.next_model ?? null,
		resetAt: fromIso(before?.reset_at ?? null),
		pendingPrompt: before?.pending_prompt ?? null,
	});
	await deps.workstreams?.save(session.id);
	return { packet, isNew: true };
}

/** A packet that waits for the agent already; its path in the session, or null. */
export function packetWaitingFor(agent: string, id: SessionId, store: SessionStore): string | null {
	const meta = store.read(id);
	return meta.checkpoint?.next_agent === agent ? waitingPacket(id, meta, store) : null;
}

function waitingPacket(id: SessionId, meta: SessionMeta, store: SessionStore): string | null {
	const lastTurn = store.turns(id).at(-1) ?? null;
	const { packet = null } = meta.checkpoint ?? {};
	if (packet === null || !hasUnusedPacket({ meta, lastTurn })) return null;
	const path = insideSession(store.folderOf(id), packet);
	return path === null || readOrNull(path) === null ? null : packet;
}

/** Throws `nothing_to_continue` for a session in which no agent has worked. */
export function refuseNothing(id: SessionId, store: SessionStore, what = 'hand off'): void {
	if (store.story(id).some(({ turns }) => turns.length > 0)) return;
	throw new RelayError('nothing_to_continue', `Session ${id} has no turn yet: there is nothing to ${what}.`, {
		hint: `See what is there: agent-relay show ${id.slice(-6)}`,
	});
}

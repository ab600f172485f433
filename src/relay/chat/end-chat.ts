/** How a chat is left on disk once nobody speaks: agreed, or checkpointed with a packet for whoever continues. */
import type { ChatRecord, CheckpointReason } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { agree, checkpoint } from '../../sessions/transitions.ts';
import type { RelayDeps } from '../ports.ts';
import type { ChatOutcome } from './chat-contract.ts';

type Unfinished = Exclude<ChatOutcome, 'agreed'>;

const REASONS: Readonly<Record<Unfinished, CheckpointReason>> = {
	max_turns: 'max_turns',
	out_of_turns: 'max_turns',
	out_of_budget: 'max_budget',
	timed_out: 'timed_out',
	interrupted: 'interrupted',
	too_few: 'failed',
};

/** Nothing is left to pack. */
export function agreeOn(session: OpenSession): null {
	session.apply(agree, undefined);
	return null;
}

/** `resetAt`: when the first limited participant is free again, epoch ms. Returns the path of the packet. */
export async function checkpointChat(
	session: OpenSession,
	{ outcome, chat, resetAt }: { outcome: Unfinished; chat: ChatRecord; resetAt: number | null },
	deps: RelayDeps,
): Promise<string> {
	const { makePacket } = await import('../packet/make-packet.ts');
	const last = session.turns().at(-1)?.agent;
	const from = deps.registry.adapters.find(({ id }) => id === last) ?? null;
	const rest = { to: null, reason: 'checkpoint', limit: null, nowPrompt: null, since: null } as const;
	const { path } = await makePacket({ session, from, ...rest }, deps);
	const isLimited = outcome === 'too_few' && chat.participants.some(({ left }) => left === 'limit');
	const reason = isLimited ? 'limit' : REASONS[outcome];
	const at = deps.clock.now();
	session.apply(checkpoint, { reason, at, packet: path, resetAt: isLimited ? resetAt : null });
	return path;
}

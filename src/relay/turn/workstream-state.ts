/** The state of a session's workstream, as it goes with a prompt: data, in front of the user's words or in a packet. */
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import type { ComposedPrompt } from '../../handoff/build-packet.ts';
import { MIN_BUDGET_BYTES } from '../../handoff/packet-input.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { tellWorkstream } from '../../sessions/transitions.ts';
import type { RelayDeps } from '../ports.ts';

/** For a prompt without a packet. A state of 80 lines has some 5 KiB. */
const MAX_PROMPT_BYTES = 16 * 1024;

/**
 * The prompt with the state in front of it, where the agent has not been told: the first prompt of a session, and the next one
 * after a switch. `isInPacket`: the packet has it already.
 */
export async function withWorkstream(
	sent: ComposedPrompt,
	{ session, adapter, isInPacket }: { session: OpenSession; adapter: AgentAdapter; isInPacket: boolean },
	{ workstreams }: Pick<RelayDeps, 'workstreams'>,
): Promise<ComposedPrompt> {
	const found = (await workstreams?.stateOf(session.id, MAX_PROMPT_BYTES)) ?? null;
	const [told, name] = [session.meta.workstream ?? null, found?.name ?? null];
	if (told === name && (name === null || session.meta.turn_count > 0)) return sent;
	session.apply(tellWorkstream, { name });
	if (found === null || isInPacket) return sent;
	const before = `${adapter.inert(found.text)}\n`;
	const bytes = Buffer.byteLength(before);
	const words = sent.words && { start: sent.words.start + bytes, end: sent.words.end + bytes };
	return { text: before + sent.text, words };
}

/** What a full packet carries; null: nothing, also where the budget has room for little else. */
export async function workstreamInPacket(
	{ id }: Pick<OpenSession, 'id'>,
	{ workstreams, config }: Pick<RelayDeps, 'workstreams' | 'config'>,
): Promise<string | null> {
	const budget = config.packet.max_bytes;
	const room = Math.min(Math.floor(budget / 4), budget - MIN_BUDGET_BYTES - MARGIN_BYTES);
	if (room < LEAST_BYTES) return null;
	return (await workstreams?.stateOf(id, room))?.text ?? null;
}

/** For the heading, and what making it inert adds. */
const MARGIN_BYTES = 1024;
const LEAST_BYTES = 512;

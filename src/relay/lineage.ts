/** A session with its ancestors, as the relay reasons about it: who did what, who knows what. */
import type { LineageEntry } from '../sessions/lineage.ts';
import { participantOf, type TurnState } from '../sessions/turn-state.ts';

export interface PlacedTurn {
	sessionId: string;
	folder: string;
	state: TurnState;
}

/** All turns of the chain, oldest first. */
export function placedTurns(lineage: readonly LineageEntry[]): PlacedTurn[] {
	return lineage.flatMap(({ meta, folder, turns }) =>
		turns.map((state) => ({ sessionId: meta.id, folder, state })),
	);
}

export interface AgentStanding {
	/** The conversation to resume, null when there is none that the CLI still has. */
	nativeSessionId: string | null;
	/** The agent's own newest turn in the chain. */
	lastTurn: PlacedTurn | null;
	/** True when others worked, or the agent's conversation is new, since it last had a turn. */
	needsPacket: boolean;
}

/** What one agent, or participant of a chat, knows of the chain. `nativeSessionId`: as the session's meta names it for it. */
export function agentStanding(
	turns: readonly PlacedTurn[],
	who: string,
	nativeSessionId: string | null,
): AgentStanding {
	const at = turns.findLastIndex(
		({ state }) => participantOf(state) === who && state.native_session_id !== null,
	);
	if (nativeSessionId === null || at < 0)
		return { nativeSessionId: null, lastTurn: null, needsPacket: turns.length > 0 };
	const later = turns.slice(at + 1);
	return {
		nativeSessionId,
		lastTurn: turns[at] ?? null,
		needsPacket: later.some(({ state }) => participantOf(state) !== who),
	};
}

/** The prompt that still waits for its answer: the user's words of the newest turn that did not complete. */
export function pendingTurn(turns: readonly PlacedTurn[]): PlacedTurn | null {
	const last = turns.at(-1);
	return last && last.state.status !== 'completed' ? last : null;
}

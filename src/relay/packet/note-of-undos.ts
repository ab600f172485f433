/** The note before the next prompt of an agent that resumes its own conversation: what the user took back since its last turn. */
import type { AgentAdapter } from '../../agents/agent-adapter.ts';
import { secretValues } from '../../agents/secret-values.ts';
import { missedUndos, undoNote } from '../../handoff/files/undo-pieces.ts';
import { turnLabel } from '../../handoff/pieces/turn-label.ts';
import { createRedactor } from '../../handoff/redact.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { RelayDeps } from '../ports.ts';
import { packetUndos } from './packet-undos.ts';
import type { PlacedTurn } from './placed-turns.ts';

/** Empty: nothing was taken back. */
export function noteOfUndos(
	lineage: readonly LineageEntry[],
	lastTurn: PlacedTurn | null,
	adapter: AgentAdapter,
	deps: RelayDeps,
	{ isInChat = false } = {},
): string {
	const since = lastTurn && { sessionId: lastTurn.sessionId, turn: lastTurn.state.turn };
	const sessions = lineage.map(({ meta, folder }) => ({
		id: meta.id,
		folder,
		turns: [],
		notes: [],
		undos: packetUndos(meta, lineage),
	}));
	const undos = missedUndos({ lineage: sessions, since });
	const redactor = createRedactor(secretValues(deps.env, deps.registry.adapters));
	return undoNote(undos, {
		label: turnLabel(sessions),
		inert: adapter.inert,
		redact: (text) => redactor.record(text),
		isInChat,
	});
}

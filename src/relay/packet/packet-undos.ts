import type { PacketUndo } from '../../handoff/packet-input.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';

/** What the user took back while the session was open, as a packet has it. */
export function packetUndos({ id, undos = [] }: SessionMeta): PacketUndo[] {
	return undos.map(({ step, kind, of, after_turn, turns, files, paths, left }) => ({
		id: `${id}/${step}`,
		kind,
		of: of === null ? null : `${of.session_id}/${of.step}`,
		afterTurn: after_turn,
		turns: turns.map(({ session_id, turn }) => ({ sessionId: session_id, turn })),
		files,
		paths: paths.map(({ path }) => path),
		left,
	}));
}

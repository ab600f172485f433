import { participantOf } from '../../sessions/turns/turn-state.ts';
import type { LineageSession, PacketInput, PacketNote } from '../packet-input.ts';

export interface PlacedNote extends PacketNote {
	sessionId: string;
}

/**
 * The notes that the successor was never sent, oldest first. Notes are sent only with packets, so one made between two turns of the
 * same agent is still missed: only those before the newest packet in its own conversation are known.
 */
export function missedNotes({ lineage, since }: PacketInput): PlacedNote[] {
	const lastPacket = since === null ? null : newestPacket(lineage, since);
	return lineage.flatMap(({ id, notes }, at) =>
		notes
			.filter(
				({ afterTurn }) =>
					lastPacket === null || at > lastPacket.at || (at === lastPacket.at && afterTurn >= lastPacket.turn),
			)
			.map((note) => ({ ...note, sessionId: id })),
	);
}

/** Where the successor last got a packet, up to the turn that it knows; null when it never got one. */
function newestPacket(
	lineage: readonly LineageSession[],
	since: NonNullable<PacketInput['since']>,
): { at: number; turn: number } | null {
	const known = lineage.findIndex(({ id }) => id === since.sessionId);
	const own = lineage[known]?.turns.find(({ state }) => state.turn === since.turn)?.state;
	const who = own && participantOf(own);
	for (let at = known; at >= 0; at--) {
		const packed = lineage[at]?.turns.findLast(
			({ state }) =>
				participantOf(state) === who &&
				state.packet !== null &&
				state.native_session_id !== null &&
				(at < known || state.turn <= since.turn),
		);
		if (packed) return { at, turn: packed.state.turn };
	}
	return null;
}

import type { PacketUndo } from '../../handoff/packet-input.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';

/**
 * What the user took back while the session was open, as a packet has it. `story`: all that the packet tells of; an undo of other
 * turns, which a fork leaves out, says nothing to those who never hear of them.
 */
export function packetUndos(
	{ id, undos = [] }: SessionMeta,
	story: ReadonlyArray<Pick<LineageEntry, 'meta' | 'turns'>>,
): PacketUndo[] {
	const known = new Set(story.flatMap(({ meta, turns }) => turns.map(({ turn }) => `${meta.id}/${turn}`)));
	const isOfKnown = ({ turns }: (typeof undos)[number]) =>
		turns.some(({ session_id, turn }) => known.has(`${session_id}/${turn}`));
	return undos.filter(isOfKnown).map(({ step, kind, of, after_turn, turns, files, paths, left }) => ({
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

import { formatCursor } from '../../sessions/follow/cursor.ts';
import type { FollowedRecord } from '../../sessions/follow/follow-session.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/**
 * A record as `watch --json` prints it: the event as `run --json` has it, and before it where it stands. `cursor` continues behind it.
 * `state`: how the turn that it ends was left; null: its record cannot be read.
 */
export function recordToJson(
	{ session, source, turn, line, position }: FollowedRecord,
	state?: TurnState | null,
): Record<string, unknown> {
	const own = {
		session_id: session,
		turn: source === 'log' && typeof line.json.turn === 'number' ? line.json.turn : turn,
		seq: line.seq,
		cursor: formatCursor(session, position),
		record: source,
	};
	// The record may have keys of these names; where it stands is not its to say.
	return { ...own, ...line.json, ...own, ...(state === undefined ? {} : { state }) };
}

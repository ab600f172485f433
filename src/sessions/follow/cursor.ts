import { parseSessionId, type SessionId } from '../../core/ids.ts';

/**
 * How much of a session is out: every turn before `turn`, the events of that turn up to `seq`, and the log up to `log`. 0: none yet.
 * `log` null, as typed by hand: the entries that stand before that event.
 */
export interface Position {
	turn: number;
	seq: number;
	log: number | null;
}

export interface Cursor extends Position {
	session: SessionId;
}

export const BEGINNING: Position = { turn: 0, seq: 0, log: 0 };

const CURSOR = /^([^:]+):(\d{1,15}):(\d{1,15})(?::(\d{1,15}))?$/;

/** `SESSION:TURN:SEQ:LOG`, or without its last part. null for anything else, and for an id that is not whole. */
export function parseCursor(text: string): Cursor | null {
	const [, id = '', turn, seq, log] = CURSOR.exec(text) ?? [];
	const session = parseSessionId(id);
	if (session === null) return null;
	return { session, turn: Number(turn), seq: Number(seq), log: log === undefined ? null : Number(log) };
}

/** `log` is never null in what is printed. */
export function formatCursor(session: SessionId, { turn, seq, log }: Position): string {
	return `${session}:${turn}:${seq}:${log ?? 0}`;
}

/** True once what is out at `position` reaches `target`, whatever either says of the log. */
export function hasReached(position: Position, target: Position): boolean {
	return position.turn > target.turn || (position.turn === target.turn && position.seq >= target.seq);
}

import type { LineageSession } from '../packet-input.ts';

/** Names turns briefly: `turn 3`, with the end of its session's id unless that is the current one. */
export function turnLabel(
	lineage: readonly Pick<LineageSession, 'id'>[],
): (place: { sessionId: string; turn: number }) => string {
	const current = lineage.at(-1)?.id;
	return ({ sessionId, turn }) =>
		sessionId === current ? `turn ${turn}` : `turn ${turn} of session ${shortId(sessionId)}`;
}

/** The place of a note: `after turn 3`, `before turn 1`. */
export const notePlace = (
	{ sessionId, afterTurn }: { sessionId: string; afterTurn: number },
	label: ReturnType<typeof turnLabel>,
) =>
	afterTurn === 0
		? `before ${label({ sessionId, turn: 1 })}`
		: `after ${label({ sessionId, turn: afterTurn })}`;

/** Enough of a session's id to find its folder by. */
export const shortId = (sessionId: string) => `…${sessionId.slice(-6)}`;

import type { PacketNote } from '../packet-input.ts';
import type { Piece } from '../pieces/budget.ts';

/** Above what was only said: somebody thought that it must not be lost. */
const NOTED = 100;

/** Notes that agents left for those after them: statements of agents, quoted. */
export function agentNotePieces(
	notes: ReadonlyArray<PacketNote & { sessionId: string }>,
	label: (place: { sessionId: string; turn: number }) => string,
	{ quote, clean }: { quote: (text: string) => string; clean: (text: string) => string },
): Piece[] {
	const left = notes.filter(({ by }) => by === 'agent');
	return left.map(({ text, sessionId, afterTurn }, order) => {
		const where =
			afterTurn === 0 ? 'Note of an agent' : `Note of an agent, ${label({ sessionId, turn: afterTurn })}`;
		const cleaned = clean(text);
		return {
			section: 'statements',
			priority: NOTED,
			order,
			variants: [quote(`${where}: ${cleaned}`)],
			data: { session_id: sessionId, turn: afterTurn, kind: 'note', text: cleaned },
		};
	});
}

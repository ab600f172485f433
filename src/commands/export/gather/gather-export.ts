/** Puts an export together; each turn is read when it is asked for, so that one at a time is in memory. */
import { undoHistory } from '../../../sessions/undo/undo-history.ts';
import type { Export, ExportItem } from '../document.ts';
import { eventsByTurn, questionsByTurn } from './gather-events.ts';
import { gatherHead, type HeadParts } from './gather-head.ts';
import { gatherTurn, type TurnParts } from './gather-turn.ts';

export interface ExportParts extends HeadParts, TurnParts {
	/** What could not be read; it grows while the items are read. */
	problems: string[];
	/** Called with each turn before it is read. */
	onTurn(number: number): void;
	signal: AbortSignal;
}

export function gatherExport(parts: ExportParts): Export {
	const head = gatherHead(parts);
	return {
		head,
		items: itemsOf(parts),
		tail: () => ({ redaction: parts.cleaner.report(), problems: [...new Set(parts.problems)] }),
	};
}

async function* itemsOf(parts: ExportParts): AsyncGenerator<ExportItem> {
	const { found, race, cleaner, problems, onTurn, signal } = parts;
	const undone = new Map(
		undoHistory(found.map(({ entry }) => entry)).turns.map(({ sessionId, state, undoneBy }) => [
			`${sessionId} ${state.turn}`,
			undoneBy?.step.at ?? null,
		]),
	);
	let number = 0;
	for (const { entry, log } of found) {
		const { meta, turns } = entry;
		const entrant = race?.entrants.find(({ session_id }) => session_id === meta.id)?.id ?? null;
		const title = cleaner.text(meta.title ?? meta.objective?.split('\n')[0] ?? '');
		if (found.length > 1)
			yield {
				type: 'session',
				session_id: meta.id,
				title,
				entrant: entrant && cleaner.text(entrant),
				at: meta.created_at,
			};
		const events = eventsByTurn(log, meta, cleaner);
		const questions = questionsByTurn(log, cleaner);
		const known = new Set(turns.map(({ turn }) => turn));
		/** Also what followed a turn whose record is gone. */
		const upTo = (next: number) =>
			[...events]
				.filter(([turn]) => !known.has(turn) && turn < next)
				.flatMap(([turn, group]) => {
					events.delete(turn);
					return group;
				});
		for (const state of turns) {
			yield* upTo(state.turn);
			signal.throwIfAborted();
			number++;
			onTurn(number);
			const undoneAt = undone.get(`${meta.id} ${state.turn}`) ?? null;
			const asked = questions.get(state.turn) ?? [];
			yield await gatherTurn({ entry, state, number, undoneAt, questions: asked }, parts, (words) =>
				problems.push(words),
			);
			yield* events.get(state.turn) ?? [];
		}
		yield* upTo(Number.POSITIVE_INFINITY);
	}
}

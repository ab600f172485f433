/** The turns of lines of work, each once, however many copies of its repo there are. */
import type { SessionId } from '../../core/ids.ts';
import type { Lineage } from '../../sessions/listing/lineage-list.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { eachTurn } from '../../sessions/turns/turn-states.ts';

export interface SearchedPlace {
	/** The repo's. */
	root: string;
	found: readonly Lineage[];
}

export interface SearchedSession {
	id: SessionId;
	root: string;
	lineage: Lineage;
	/** The oldest session of its line of work. */
	oldest: SessionId;
	/** More than one: copies of its repo have it, too. */
	folders: readonly string[];
	/** Why its record cannot be read. */
	problem: string | null;
}

/** Every session of `places`, under the first of them that has it. */
export function searchedSessions(places: readonly SearchedPlace[]): SearchedSession[] {
	const all = new Map<SessionId, SearchedSession & { folders: string[] }>();
	for (const { root, found } of places)
		for (const lineage of found)
			for (const { id, folder, summary, label } of lineage.members) {
				const known = all.get(id);
				if (known !== undefined) {
					known.folders.push(folder);
					continue;
				}
				const problem = label.status === 'damaged' ? (summary?.problem ?? 'it is damaged') : null;
				const oldest = lineage.members[0]?.id ?? id;
				all.set(id, { id, root, lineage, oldest, folders: [folder], problem });
			}
	return [...all.values()];
}

/** A string says which turn cannot be counted, and why. */
export function* turnsOf({ id, folders }: SearchedSession): Generator<TurnState | string> {
	const [only, ...copies] = folders;
	if (only !== undefined && copies.length === 0) {
		for (const turn of eachTurn(only)) yield checked(turn, id);
		return;
	}
	// Copies of a repo that both went on have turns of their own, which began at different times.
	const turns = new Map<string, TurnState>();
	for (const turn of folders.flatMap((folder) => [...eachTurn(folder)].map((one) => checked(one, id)))) {
		if (typeof turn === 'string') {
			yield turn;
			continue;
		}
		const key = `${turn.turn} ${turn.started_at}`;
		const known = turns.get(key);
		// The copy may have been made while it ran.
		if (known === undefined || known.status === 'running') turns.set(key, turn);
	}
	yield* turns.values();
}

/** A record that was copied from another session is that one's turn. */
function checked(turn: TurnState | string, id: SessionId): TurnState | string {
	if (typeof turn === 'string' || turn.session_id === id) return turn;
	return `turn ${turn.turn} is a record of another session`;
}

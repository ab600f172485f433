import { RelayError } from '../../core/errors.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/** Throws `not_found` with the turns there are. */
export function findTurn({ meta, turns }: LineageEntry, turn: number): TurnState {
	const state = turns.find((candidate) => candidate.turn === turn);
	if (state !== undefined) return state;
	const last = turns.at(-1)?.turn ?? 0;
	const own = last === 0 ? 'It has none yet.' : `Its turns are 1 to ${last}.`;
	const above =
		meta.parent === null ? '' : ` Those of the session that it continues: agent-relay show ${meta.parent}`;
	throw new RelayError('not_found', `Session ${meta.id} has no turn ${turn}.`, { hint: `${own}${above}` });
}

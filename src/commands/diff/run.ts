import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { viewAtHand } from '../view-at-hand.ts';

export interface DiffData {
	/** null: the whole session. */
	turn: number | null;
	/** Unified; as recorded. */
	diff: string;
}

/** What a turn of the session at hand changed, or all of them; without the sessions that it continues. */
export const diff: Body<{ turn: number | null }, DiffData> = {
	run: async (context, { turn }) => ({
		exitCode: EXIT.done,
		data: { turn, diff: await viewAtHand(context).diff(turn) },
	}),
	toJson: (data) => data,
};

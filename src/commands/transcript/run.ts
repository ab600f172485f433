import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { viewAtHand } from '../view-at-hand.ts';

/** What was said in a turn of the session at hand (null: the last), as recorded. */
export const transcript: Body<{ turn: number | null }, string> = {
	run: async (context, { turn }) => ({
		exitCode: EXIT.done,
		data: viewAtHand(context).transcript(turn),
	}),
	toJson: (text) => ({ text }),
};

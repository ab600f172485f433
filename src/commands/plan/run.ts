import { EXIT } from '../../relay/exit-codes.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { Body } from '../command.ts';
import { viewAtHand } from '../view-at-hand.ts';

/** The newest plan that an agent reported in the session at hand. */
export const plan: Body<object, TurnState['plan']> = {
	run: async (context) => ({ exitCode: EXIT.done, data: viewAtHand(context).plan() }),
	toJson: (items) => ({ plan: items }),
};

import type { Body } from '../command.ts';
import { type ShowData, show } from '../show/run.ts';
import { NO_VIEW } from '../show/wanted.ts';

interface PacketOptions {
	turn: number | null;
	session: string | null;
	json: boolean;
}

/** The view of `show --packet`, by the name that a hand-over gives it. */
export const packet: Body<PacketOptions, ShowData> = {
	run: (context, { turn, session, json }) =>
		show.run(context, { ...NO_VIEW, ref: session, turn, packet: true, json }),
	toJson: show.toJson,
};

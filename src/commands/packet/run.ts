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
	toJson: (data) => (data.kind === 'files' ? withText(data) : show.toJson(data)),
};

/** The packets of turns with what they say: one is as small as a prompt may be. */
function withText({ id, view, files }: Extract<ShowData, { kind: 'files' }>): unknown {
	const turns = files.map(({ turn, agent, file: { path, bytes, pieces } }) => {
		const text = Buffer.concat([...pieces()]).toString();
		return { turn, agent, path, bytes, text };
	});
	return { id, view, turns };
}

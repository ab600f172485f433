/** Takes conversations out of the index; a tombstone keeps them out. */
import { type Forgotten, forget as forgetIn } from '../../history/index/forget.ts';
import { openIndex } from '../../history/index/open-index.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';

interface ForgetOptions {
	what: readonly string[];
}

export interface ForgetData {
	/** As typed. */
	asked: readonly string[];
	forgotten: readonly Forgotten[];
}

export const forget: Body<ForgetOptions, ForgetData> = {
	async run({ clock, paths }, { what }) {
		const db = openIndex(paths);
		try {
			const data = { asked: what, forgotten: forgetIn(db, what, clock.now()) };
			return { exitCode: EXIT.done, data };
		} finally {
			db.close();
		}
	},
	toJson: ({ forgotten }) => ({ forgotten }),
};

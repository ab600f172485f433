import type { RaceRecord } from '../../../race/record/race-record.ts';
import { racesIn } from '../../../race/record/race-store.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import type { Body } from '../../command.ts';
import { isAtWork, shortOfRaces } from '../race-names.ts';

export interface RaceRow {
	record: RaceRecord;
	/** Names it among the races. */
	ref: string;
	/** A process works on it now; else a race that has not ended was cut off. */
	isLive: boolean;
}

export interface RaceListData {
	/** Newest first. */
	rows: readonly RaceRow[];
	/** Why the records of others cannot be read; untrusted text. */
	damaged: readonly string[];
	/** Epoch ms. */
	now: number;
	/** How this program is called. */
	ownName: string;
}

/** What is looked over at once. */
const DEFAULT_LIMIT = 20;

export const raceList: Body<{ limit: number | null }, RaceListData> = {
	async run(context, { limit }) {
		const most = limit ?? DEFAULT_LIMIT;
		const store = await context.store();
		const { records, damaged } = racesIn(store);
		const refOf = shortOfRaces(records);
		return {
			exitCode: EXIT.done,
			data: {
				rows: records.slice(0, most).map((record) => ({
					record,
					ref: refOf(record.id),
					isLive: isAtWork(record, store),
				})),
				damaged: damaged.slice(0, most).map(({ error }) => error.message),
				now: context.clock.now(),
				ownName: context.ownName,
			},
		};
	},
	toJson: ({ rows }) => ({ races: rows.map(({ record }) => record) }),
};

import { relative } from 'node:path';
import { parseSessionId } from '../../../core/ids.ts';
import { recoverAbandonedAdoption } from '../../../race/adopt/recover-adoption.ts';
import { findRace } from '../../../race/find-race.ts';
import type { RaceRecord } from '../../../race/record/race-record.ts';
import { listRaces, readRace } from '../../../race/record/race-store.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import type { SessionStore } from '../../../sessions/store/session-store.ts';
import type { Body } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import { adoptDeps } from '../adopt-context.ts';
import { isAtWork, shortOfRaces } from '../race-names.ts';

/** A race, and what else its page needs. */
export interface RacePage {
	record: RaceRecord;
	/** How this race is named on a command line; null: it is the latest, which needs no name. */
	ref: string | null;
	/** How the commands of a race are called: `agent-relay race` or `/race`. */
	command: string;
	/** Where the race's records lie, as a user may name it: outputs of checks are relative to it. */
	folder: string;
	/** A process works on it now; else a race that has not ended was cut off. */
	isLive: boolean;
	/** Epoch ms. */
	now: number;
}

export const raceShow: Body<{ race: string | null }, RacePage> = {
	async run(context, { race }) {
		const store = await context.store();
		const found = findRace(race, store);
		const session = parseSessionId(found.id);
		const done = session === null ? null : await recoverAbandonedAdoption(session, await adoptDeps(context));
		if (done !== null) context.notice(done);
		const record = session === null ? found : readRace(session, store);
		const races = listRaces(store);
		const ref = races[0]?.id === record.id ? null : shortOfRaces(races)(record.id);
		return {
			exitCode: EXIT.done,
			data: { ...pageOf(record, context, store), ref, isLive: isAtWork(record, store) },
		};
	},
	toJson: ({ record }) => record,
};

/** As of a race that has just ended here, which is the latest. */
export function pageOf(
	record: RaceRecord,
	{ clock, called, folder }: Pick<CommandContext, 'clock' | 'called' | 'folder'>,
	store: Pick<SessionStore, 'location' | 'folderOf'>,
): RacePage {
	return {
		record,
		ref: null,
		command: called('race'),
		folder: folderName(record, folder, store),
		isLive: false,
		now: clock.now(),
	};
}

/** The folder of a race's records, relative to `here` where it lies below. */
function folderName(
	{ id }: RaceRecord,
	here: string,
	{ location, folderOf }: Pick<SessionStore, 'location' | 'folderOf'>,
): string {
	const session = parseSessionId(id);
	const folder = session === null ? location.folder : folderOf(session);
	const near = relative(here, folder);
	return near.startsWith('..') ? folder : near;
}

/** `race show`, `race list`, `race open`: races read back from their records. */
import { existsSync, realpathSync } from 'node:fs';
import type { App } from '../../app/create-app.ts';
import { raceListLines } from '../../commands/race/list/lines.ts';
import { racePage } from '../../commands/race/show/lines.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId } from '../../core/ids.ts';
import { safeLine } from '../../core/text.ts';
import { isListedWorktree } from '../../git/repo/worktree-records.ts';
import { chooseEntrant } from '../../race/adopt/choose-entrant.ts';
import { recoverAbandonedAdoption } from '../../race/adopt/recover-adoption.ts';
import { findRace } from '../../race/find-race.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { listRaces, racesIn, readRace } from '../../race/record/race-store.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { shortIds } from '../../sessions/listing/short-ids.ts';
import type { CommandResult, Output } from '../command.ts';
import { adoptDepsOf } from '../race-adopt-deps.ts';
import { raceFolderName } from '../race-folder.ts';
import type { RaceListOptions, RaceOpenOptions, RaceShowOptions } from '../race-options.ts';

export async function showRace(
	app: App,
	{ race, asker = `${app.ownName} race` }: RaceShowOptions,
	{ theme, columns }: Output,
): Promise<CommandResult> {
	const store = await app.store();
	const found = findRace(race ?? null, store);
	const session = parseSessionId(found.id);
	const said = session === null ? null : await recoverAbandonedAdoption(session, await adoptDepsOf(app));
	if (said !== null) app.notice(said);
	const record = session === null ? found : readRace(session, store);
	const races = listRaces(store);
	const isLatest = races[0]?.id === record.id;
	const ref = isLatest ? null : shortOfRaces(races)(record.id);
	const now = app.clock.now();
	const folder = await raceFolderName(app, record);
	const isLive = session !== null && store.status(session).status === 'active';
	const lines = racePage(record, { theme, columns, now, ref, command: asker, folder, isLive });
	return { exitCode: EXIT.done, data: record, lines };
}

/** What names a race among the races. */
function shortOfRaces(races: readonly RaceRecord[]): (id: string) => string {
	const ids = races.flatMap(({ id }) => parseSessionId(id) ?? []);
	const short = shortIds(ids, ids);
	return (id) => {
		const whole = parseSessionId(id);
		return whole === null ? id : short(whole);
	};
}

export async function listRacesHere(
	app: App,
	{ limit = '20' }: RaceListOptions,
	{ theme, columns }: Output,
): Promise<CommandResult> {
	if (!/^\d{1,9}$/.test(limit) || Number(limit) === 0)
		throw new RelayError('usage', `--limit takes a number from 1 on, not ${JSON.stringify(limit)}.`);
	const store = await app.store();
	const all = racesIn(store);
	const races = all.records.slice(0, Number(limit));
	const shortOf = shortOfRaces(all.records);
	const isLive = ({ id }: RaceRecord) => {
		const session = parseSessionId(id);
		return session !== null && store.status(session).status === 'active';
	};
	const damaged = all.damaged
		.slice(0, Number(limit))
		.map(({ error }) => `${theme.bad('✗')} ${safeLine(error.message, MAX_REASON)}`);
	if (races.length === 0 && damaged.length > 0)
		return { exitCode: EXIT.done, data: { races }, lines: damaged };
	const lines = raceListLines(races, {
		theme,
		columns,
		now: app.clock.now(),
		shortOf,
		isLive,
		ownName: app.ownName,
	});
	return { exitCode: EXIT.done, data: { races }, lines: [...lines, ...damaged] };
}

const MAX_REASON = 400;
/** Longer paths no system opens. */
const MAX_PATH = 4096;
const WRITTEN_BY_OTHERS = 'Somebody else may have written it: agent-relay race show';

/** Prints nothing but the path, for `cd "$(agent-relay race open claude)"`. */
export async function openEntrant(
	app: App,
	{ entrant, race }: RaceOpenOptions,
	_output: Output,
): Promise<CommandResult> {
	const record = findRace(race ?? null, await app.store());
	const { id, worktree } = chooseEntrant(record, entrant);
	if (safeLine(worktree, MAX_PATH) !== worktree)
		throw new RelayError(
			'refused',
			`The record of the race names no folder that can be printed: ${worktree}`,
			{ hint: WRITTEN_BY_OTHERS },
		);
	if (!existsSync(worktree))
		throw new RelayError('not_found', `The worktree of ${id} is gone: ${worktree}`, {
			hint:
				record.state === 'cleaned'
					? 'The race was cleaned.'
					: `Its files are kept: agent-relay race diff ${id}, agent-relay race adopt ${id} --branch NAME`,
		});
	const { commonDir, root } = await app.repo();
	if (commonDir === null || !isListedWorktree(realpathSync(worktree), { commonDir, root }))
		throw new RelayError(
			'refused',
			`The record of the race names a folder that is no worktree of this repo: ${worktree}`,
			{ hint: WRITTEN_BY_OTHERS },
		);
	return { exitCode: EXIT.done, data: { race: record.id, entrant: id, worktree }, lines: [worktree] };
}

/** `race clean`: what worktrees and refs of a race would go, and with `--apply` their going. */
import type { App } from '../../app/create-app.ts';
import { openRace } from '../../app/open-race.ts';
import { readSettings } from '../../app/open-relay.ts';
import { applyLine, cleanPlanLines, cleanResultLines } from '../../commands/race/clean/lines.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { applyClean, planClean } from '../../race/clean/clean.ts';
import type { RaceDeps } from '../../race/contract.ts';
import { findRace } from '../../race/find-race.ts';
import { listRaces } from '../../race/record/race-store.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { CommandResult, Output } from '../command.ts';
import type { RaceCleanOptions } from '../race-options.ts';

export async function cleanRace(
	app: App,
	{ race: ref, apply = false, all = false, asker = `${app.ownName} race` }: RaceCleanOptions,
	{ theme, columns }: Output,
): Promise<CommandResult> {
	if (all && ref !== undefined)
		throw new RelayError('usage', '--all and an id name different races.', { hint: 'Give one of them.' });
	const races = await chosenRaces(app, ref ?? null, all);
	const settings = await readSettings(app, { isTrusted: false, config: [] });
	const deps = await openRace(app, settings);
	const cleaned = [];
	for (const race of races) cleaned.push(await cleanOne(race, apply, deps));
	if (cleaned.length === 0)
		return { exitCode: EXIT.done, data: { races: [] }, lines: ['Every race is clean.'] };
	const lines = cleaned.flatMap(({ plan, result }) =>
		result === null
			? cleanPlanLines(plan, theme, all ? null : `${asker} clean ${shortRef(plan.race)} --apply`)
			: cleanResultLines(result, theme),
	);
	const canGo = cleaned.some(({ plan }) => plan.entrants.some(({ refusals }) => refusals.length === 0));
	if (all && !apply && canGo) lines.push('', applyLine(`${asker} clean --all --apply`, theme));
	const isRefused = cleaned.some(({ plan, result }) =>
		apply ? result === null || result.kept.length > 0 : plan.refusals.length > 0,
	);
	return {
		exitCode: isRefused ? EXIT.refused : EXIT.done,
		data: { applied: apply, races: cleaned.map(({ plan, result }) => (apply ? (result ?? plan) : plan)) },
		lines: lines.flatMap((line) =>
			line.includes(asker) ? [line] : wrapToColumns(line, columns, { indent: 4 }),
		),
	};
}

async function chosenRaces(app: App, ref: string | null, all: boolean): Promise<SessionId[]> {
	const store = await app.store();
	const records = all ? listRaces(store).filter(({ state }) => state !== 'cleaned') : [findRace(ref, store)];
	return records.flatMap((record) => parseSessionId(record.id) ?? []);
}

async function cleanOne(race: SessionId, apply: boolean, deps: RaceDeps) {
	const plan = await planClean(race, deps);
	const result = apply && plan.refusals.length === 0 ? await applyClean(plan, deps) : null;
	return { plan, result };
}

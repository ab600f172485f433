/** What worktrees and refs of a race would go, and with `apply` their going. */
import { RelayError } from '../../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../../core/ids.ts';
import { applyClean, type CleanPlan, type CleanResult, planClean } from '../../../race/clean/clean.ts';
import { findRace } from '../../../race/find-race.ts';
import type { RaceDeps } from '../../../race/race-contract.ts';
import { listRaces } from '../../../race/record/race-store.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import type { SessionStore } from '../../../sessions/store/session-store.ts';
import type { Body } from '../../command.ts';

interface RaceCleanOptions {
	race: string | null;
	apply: boolean;
	all: boolean;
}

export interface Cleaned {
	plan: CleanPlan;
	/** null: only looked at, or the race as a whole is refused. */
	result: CleanResult | null;
}

export interface RaceCleanData {
	cleaned: readonly Cleaned[];
	isApplied: boolean;
	/** Every race that is not clean was asked for. */
	isAll: boolean;
	/** How the commands of a race are called: `agent-relay race` or `/race`. */
	command: string;
}

export const raceClean: Body<RaceCleanOptions, RaceCleanData> = {
	async run(context, { race, apply, all }) {
		if (all && race !== null)
			throw new RelayError('usage', '--all and an id name different races.', { hint: 'Give one of them.' });
		const races = chosenRaces(await context.store(), race, all);
		const deps = await context.raceDeps();
		const cleaned: Cleaned[] = [];
		for (const id of races) cleaned.push(await cleanOne(id, apply, deps));
		const isRefused = cleaned.some(({ plan, result }) =>
			apply ? result === null || result.kept.length > 0 : plan.refusals.length > 0,
		);
		return {
			exitCode: isRefused ? EXIT.refused : EXIT.done,
			data: { cleaned, isApplied: apply, isAll: all, command: context.called('race') },
		};
	},
	toJson: ({ cleaned, isApplied }) => ({
		...(cleaned.length === 0 ? {} : { applied: isApplied }),
		races: cleaned.map(({ plan, result }) => result ?? plan),
	}),
};

function chosenRaces(store: SessionStore, ref: string | null, all: boolean): SessionId[] {
	const records = all ? listRaces(store).filter(({ state }) => state !== 'cleaned') : [findRace(ref, store)];
	return records.flatMap((record) => parseSessionId(record.id) ?? []);
}

async function cleanOne(race: SessionId, apply: boolean, deps: RaceDeps): Promise<Cleaned> {
	const plan = await planClean(race, deps);
	const result = apply && plan.refusals.length === 0 ? await applyClean(plan, deps) : null;
	return { plan, result };
}

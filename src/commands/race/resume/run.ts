import type { PermissionPreset } from '../../../agents/agent-adapter.ts';
import { flagsOfKept } from '../../../config/given-settings.ts';
import { findRaceId } from '../../../race/find-race.ts';
import { resumeRace } from '../../../race/resume-race.ts';
import { keptSettings } from '../../../sessions/store/kept-settings.ts';
import type { Body } from '../../command.ts';
import { followRace, type RaceEnd, raceEndToJson } from '../follow-race.ts';

interface RaceResumeOptions {
	race: string | null;
	/** null: as the race was started. */
	permissions: PermissionPreset | null;
	trust: boolean;
}

/** A race that was cut off, or whose limited entrants may work again, to its end. */
export const raceResume: Body<RaceResumeOptions, RaceEnd> = {
	async run(context, { race, permissions, trust: isTrusted }) {
		const store = await context.store();
		const id = findRaceId(race, store);
		const { settings } = keptSettings(store.read(id), store.witness(id));
		const deps = await context.raceDeps({ isTrusted, config: flagsOfKept(settings) });
		return followRace(context, await resumeRace(id, deps, { permissions }));
	},
	toJson: raceEndToJson,
};

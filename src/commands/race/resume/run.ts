import type { PermissionPreset } from '../../../agents/agent-adapter.ts';
import { findRaceId } from '../../../race/find-race.ts';
import { resumeRace } from '../../../race/resume-race.ts';
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
		const id = findRaceId(race, await context.store());
		const deps = await context.raceDeps({ isTrusted, config: [] });
		return followRace(context, await resumeRace(id, deps, { permissions }));
	},
	toJson: raceEndToJson,
};

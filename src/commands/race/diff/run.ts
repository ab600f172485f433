import { chooseEntrant } from '../../../race/adopt/choose-entrant.ts';
import { raceDiff as diffOf } from '../../../race/adopt/race-diff.ts';
import { findRace } from '../../../race/find-race.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import type { Body } from '../../command.ts';
import { adoptDeps } from '../adopt-context.ts';
import { neededEntrant } from '../needed-entrant.ts';

interface RaceDiffOptions {
	entrant: string | null;
	other: string | null;
	race: string | null;
}

export interface RaceDiffData {
	race: string;
	a: string;
	/** null: compared with where the race began. */
	b: string | null;
	/** Unified; safe to show. */
	diff: string;
}

export const raceDiff: Body<RaceDiffOptions, RaceDiffData> = {
	async run(context, { entrant, other, race }) {
		const name = neededEntrant(entrant, 'race diff', context);
		const record = findRace(race, await context.store());
		const a = chooseEntrant(record, name);
		const b = other === null ? null : chooseEntrant(record, other);
		const diff = await diffOf(record, a, b, await adoptDeps(context));
		return { exitCode: EXIT.done, data: { race: record.id, a: a.id, b: b?.id ?? null, diff } };
	},
	toJson: (data) => data,
};

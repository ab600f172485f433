import { existsSync, realpathSync } from 'node:fs';
import { RelayError } from '../../../core/errors.ts';
import { safeLine } from '../../../core/text.ts';
import { isListedWorktree } from '../../../git/repo/worktree-records.ts';
import { chooseEntrant } from '../../../race/adopt/choose-entrant.ts';
import { findRace } from '../../../race/find-race.ts';
import type { RaceRecord } from '../../../race/record/race-record.ts';
import { EXIT } from '../../../relay/exit-codes.ts';
import type { Body } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import { neededEntrant } from '../needed-entrant.ts';

interface RaceOpenData {
	race: string;
	entrant: string;
	/** Absolute, one line, and a worktree of this repo. */
	worktree: string;
}

/** Longer paths no system opens. */
const MAX_PATH = 4096;
const WRITTEN_BY_OTHERS = 'Somebody else may have written it: agent-relay race show';

/** For `cd "$(agent-relay race open claude)"`. */
export const raceOpen: Body<{ entrant: string | null; race: string | null }, RaceOpenData> = {
	async run(context, options) {
		const name = neededEntrant(options.entrant, 'race open', context);
		const record = findRace(options.race, await context.store());
		const { id, worktree } = chooseEntrant(record, name);
		refuseUnprintable(worktree);
		refuseGone(worktree, id, record);
		await refuseForeign(worktree, context);
		return { exitCode: EXIT.done, data: { race: record.id, entrant: id, worktree } };
	},
	toJson: (data) => data,
};

function refuseUnprintable(worktree: string): void {
	if (safeLine(worktree, MAX_PATH) === worktree) return;
	throw new RelayError('refused', `The record of the race names no folder that can be printed: ${worktree}`, {
		hint: WRITTEN_BY_OTHERS,
	});
}

function refuseGone(worktree: string, id: string, { state }: RaceRecord): void {
	if (existsSync(worktree)) return;
	throw new RelayError('not_found', `The worktree of ${id} is gone: ${worktree}`, {
		hint:
			state === 'cleaned'
				? 'The race was cleaned.'
				: `Its files are kept: agent-relay race diff ${id}, agent-relay race adopt ${id} --branch NAME`,
	});
}

async function refuseForeign(worktree: string, { repo }: CommandContext): Promise<void> {
	const { commonDir, root } = await repo();
	if (commonDir !== null && isListedWorktree(realpathSync(worktree), { commonDir, root })) return;
	throw new RelayError(
		'refused',
		`The record of the race names a folder that is not a worktree of this repo: ${worktree}`,
		{ hint: WRITTEN_BY_OTHERS },
	);
}

/** What whole races, from the start to the clean, leave in a repo with everything in it that a user may have there. */
import { afterEach, beforeEach, describe, it } from 'vitest';
import { expectNothingLeft, installRacers } from '../helpers/furnished-repo.ts';
import { RaceBench } from '../helpers/race-bench.ts';

/** Races in a row; `RELAY_RACES=100` makes it as many as nobody ever runs between two looks. */
const RACES = Number(process.env.RELAY_RACES ?? 4);

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
	installRacers(bench, RACES);
});
afterEach(() => bench.dispose());

describe('whole races', () => {
	it(
		'add their worktrees and refs and nothing else, and once they are clean nothing at all, however many there were',
		() => expectNothingLeft(bench, RACES),
		600_000,
	);
});

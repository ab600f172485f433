import { afterEach, beforeEach, describe, it } from 'vitest';
import { CLEAN_STEPS, expectFinishedClean, expectNoTraceOfRaces } from '../helpers/ended-race.ts';
import { createScratch, type Scratch } from '../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

describe('a clean', () => {
	it('finishes what an earlier one began, at whatever step that one died', () =>
		expectFinishedClean(
			scratch,
			Array.from({ length: CLEAN_STEPS }, (_, at) => at + 1),
		));

	it('leaves nothing behind after many races in a row', () => expectNoTraceOfRaces(scratch, 20));
});

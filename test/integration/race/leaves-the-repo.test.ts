/** What a whole race leaves in a repo with everything in it that a user may have there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNothingLeft, furnish, installRacers } from '../../helpers/furnished-repo.ts';
import { entrantOf, RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
	installRacers(bench, 1);
});
afterEach(() => bench.dispose());

describe('a whole race', () => {
	// Many in a row in test/crash/leaves-the-repo.test.ts.
	it('adds its worktrees and refs and nothing else, and once it is clean nothing at all', () =>
		expectNothingLeft(bench, 1));

	it('says that submodules are empty and LFS files are pointers, with what fills them', async () => {
		furnish(bench);
		const { record } = await bench.race('claude', { includeDirty: true });
		const told = [
			...bench.events.flatMap((event) => (event.type === 'notice' ? [event.text] : [])),
			...entrantOf(record, 'claude').notes,
		].join('\n');
		expect(told).toMatch(/submodule is empty.*git submodule update --init/);
		expect(told).toMatch(/LFS pointer.*git lfs pull/);
		expect(bench.kept(`refs/agent-relay/race/${record.id}/claude`, 'big.bin')).toContain('git-lfs');
	});
});

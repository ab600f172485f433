/** A clean against real worktrees; what it decides by is in the tests of the plan. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRace } from '../../../../src/race/record/race-store.ts';
import { endedRace } from '../../../helpers/ended-race.ts';
import { createScratch, type Scratch } from '../../../helpers/scratch-repo.ts';

let scratch: Scratch;
beforeEach(() => {
	scratch = createScratch();
});
afterEach(() => scratch.remove());

describe('a clean', () => {
	it('leaves an entrant with work in no ref, and all refs with it; once that is settled it takes the rest and keeps the records', async () => {
		const repo = scratch.repo('main');
		const race = await endedRace(scratch, repo);
		writeFileSync(join(race.path('codex'), 'later.txt'), 'not kept\n');
		const plan = await race.plan();
		expect(plan.hint).toMatch(/Look at what stays/);
		const result = await race.clean();
		expect(result).toMatchObject({ removed: ['claude'], kept: [{ id: 'codex' }], refs: [] });
		expect(existsSync(race.path('claude'))).toBe(false);
		expect(existsSync(join(race.path('codex'), 'later.txt'))).toBe(true);
		expect(scratch.sh(repo, 'for-each-ref', 'refs/agent-relay')).toContain(race.ref('claude'));
		rmSync(join(race.path('codex'), 'later.txt'));
		expect(await race.clean()).toMatchObject({ removed: ['codex'], record: { state: 'cleaned' } });
		expect(existsSync(race.folder)).toBe(false);
		expect(scratch.sh(repo, 'for-each-ref', 'refs/agent-relay').trim()).toBe('');
		expect(scratch.sh(repo, 'worktree', 'list').trim().split('\n')).toHaveLength(1);
		expect(readRace(race.id, race.deps.relay.store).entrants).toHaveLength(2);
		expect(await race.plan()).toMatchObject({ isCleaned: true, entrants: [], refusals: [] });
	});

	it('removes nothing where the folder is not the race’s own', async () => {
		const race = await endedRace(scratch, scratch.repo('main'));
		rmSync(join(race.folder, 'owner.json'));
		expect(await race.plan()).toMatchObject({ entrants: [], hint: 'Nothing was removed.' });
		await expect(race.clean()).rejects.toMatchObject({ code: 'refused' });
		expect(existsSync(race.path('claude'))).toBe(true);
	});
});

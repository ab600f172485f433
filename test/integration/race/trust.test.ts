import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextStep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app/create-app.ts';
import { openRace } from '../../../src/app/open-race.ts';
import { readSettings } from '../../../src/app/settings.ts';
import { RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
	mkdirSync(join(bench.repo, '.claude'));
	bench.write('.claude/settings.json', '{}');
	bench.write('.gitignore', 'settings.local.json\n');
	bench.git('add', '-A');
	bench.git('commit', '-qm', 'settings');
});
afterEach(() => bench.dispose());

/** What the program would wire here, and for a worktree of the same commit in which `change` was made. */
async function wired(change: (worktree: string) => void = () => undefined) {
	const app = createApp({ folder: bench.repo, env: bench.env });
	const settings = await readSettings(app, { isTrusted: false, config: [] });
	const { relay, worktrees, inWorktree } = await openRace(app, settings);
	const path = join(bench.root, 'there');
	const reason = 'agent-relay race test';
	await worktrees.add({ path, commit: await worktrees.resolveCommit('HEAD'), reason });
	change(path);
	const gitDir = join(bench.repo, '.git/worktrees/there');
	const there = await inWorktree({ ...relay.repo, worktree: path, folder: path, gitDir });
	const isTrusted = { here: relay.policy().isTrusted, there: there.policy().isTrusted };
	const found = { ...isTrusted, store: there.store.location, deps: there };
	return { ...found, settings, remove: () => worktrees.remove({ path, reason }) };
}

async function trust(): Promise<void> {
	const { settings, remove } = await wired();
	const { store, digests } = settings.trust;
	if (digests === null) throw new Error('there is nothing to trust');
	store.trust(settings.trust, digests);
	await remove();
}

describe('the worktree of an entrant', () => {
	it('is not trusted where the checkout is not, and has its records there', async () => {
		const { here, there, store, deps } = await wired();
		expect([here, there]).toEqual([false, false]);
		expect(store).toMatchObject({
			folder: join(bench.repo, '.agent-relay'),
			repo: { root: bench.repo, worktree: join(bench.root, 'there') },
		});
		expect(deps.repo.worktree).toBe(join(bench.root, 'there'));
	});

	it('is trusted as the checkout is, also without what is ignored there', async () => {
		bench.write('.claude/settings.local.json', '{"a":1}');
		await trust();
		const { here, there } = await wired();
		expect([here, there]).toEqual([true, true]);
	});

	it.each([
		['holds another setting', '.claude/settings.json'],
		['holds one that the checkout does not', '.mcp.json'],
	])('is not trusted when it %s', async (_what, path) => {
		await trust();
		const { here, there } = await wired((worktree) => writeFileSync(join(worktree, path), '{"b":2}'));
		expect([here, there]).toEqual([true, false]);
	});

	it('is not trusted any more once an agent changed a setting in it', async () => {
		await trust();
		const { deps } = await wired();
		expect(deps.policy().isTrusted).toBe(true);
		writeFileSync(join(bench.root, 'there/.claude/settings.json'), '{"c":3}');
		// An agent changes it while the relay waits; looks within one step share one.
		await nextStep();
		expect(deps.policy().isTrusted).toBe(false);
	});
});

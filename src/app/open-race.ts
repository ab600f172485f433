/** Wires races: the same configuration, agents, ledger and records as any conversation, once more for each worktree. */
import { join } from 'node:path';
import { createWorktrees } from '../git/worktrees/worktrees.ts';
import type { RaceDeps } from '../race/race-contract.ts';
import type { App } from './create-app.ts';
import { refuseDeepNesting } from './nesting.ts';
import { openPorts } from './open-ports.ts';
import type { Settings } from './settings.ts';

/** Throws `nested_too_deep`, and `refused` where there is no git repo with a commit. */
export async function openRace(app: App, settings: Settings, { isLive = true } = {}): Promise<RaceDeps> {
	refuseDeepNesting(app.env);
	const [relay, repo, git] = await Promise.all([
		openPorts(app, { settings, hold: async () => null }, undefined, { isLive }),
		app.repo(),
		app.git(),
	]);
	const { paths, clock } = app;
	const worktrees = createWorktrees({ repo, git, scratchFolder: join(paths.cacheHome, 'scratch'), clock });
	return {
		relay,
		worktrees,
		inWorktree: relay.places.portsAt,
		worktreesFolder: join(paths.dataHome, 'worktrees'),
	};
}

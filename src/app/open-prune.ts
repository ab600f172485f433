/** Wires `prune`: the records of this repo, and what all repos share. */
import { join } from 'node:path';
import type { PruneDeps } from '../prune/prune.ts';
import { goneStores } from '../sessions/store-location.ts';
import { type App, storeAt } from './create-app.ts';

export async function openPrune(app: App): Promise<PruneDeps> {
	const { paths, processes, witnesses } = app;
	const store = await app.store();
	const gone = goneStores(paths.stateHome).filter(({ folder }) => !isAmong(folder, store.location));
	const worktreesFolder = join(paths.dataHome, 'worktrees');
	return {
		store,
		goneStores: await Promise.all(
			gone.map(async ({ root, ...places }) => ({ root, store: await storeOf(places, app) })),
		),
		witnesses,
		witnessFolder: paths.witness,
		snapshotsFolder: join(paths.stateHome, 'snapshots'),
		cacheHome: paths.cacheHome,
		worktreesFolder,
		processes,
		clean: await cleaner(app, worktreesFolder),
	};
}

const isAmong = (folder: string, location: { folder: string; others: readonly string[] }) =>
	[location.folder, ...location.others].includes(folder);

async function storeOf(places: { folder: string; kept: string }, app: App) {
	const { location } = await app.store();
	const configFile = join(places.folder, 'config.toml');
	return storeAt({ ...location, ...places, others: [], isElsewhere: true, configFile, notice: null }, app);
}

/** null where no race can have been: outside git, and before the first commit. */
async function cleaner(app: App, worktreesFolder: string): Promise<PruneDeps['clean']> {
	const repo = await app.repo();
	if (repo.kind !== 'worktree' || repo.head === null) return null;
	const [git, store, { createWorktrees }] = await Promise.all([
		app.git(),
		app.store(),
		import('../git/worktrees.ts'),
	]);
	const scratchFolder = join(app.paths.cacheHome, 'scratch');
	const worktrees = createWorktrees({ repo, git, scratchFolder, clock: app.clock });
	return { relay: { store, repo, env: { ...app.env } }, worktrees, worktreesFolder };
}

/** Wires `prune`: the records of this repo, and what all repos share. */
import { join } from 'node:path';
import type { PruneDeps } from '../prune/prune.ts';
import { type StateStore, stateStores } from '../sessions/files/store-location.ts';
import { type App, storeAt } from './create-app.ts';

export async function openPrune(app: App): Promise<PruneDeps> {
	const { paths, processes, witnesses } = app;
	const store = await app.store();
	const others = await Promise.all(
		stateStores(paths.stateHome)
			.filter(({ folder }) => !isAmong(folder, store.location))
			.map(async (found) => ({ ...found, store: await storeOf(found, app) })),
	);
	const worktreesFolder = join(paths.dataHome, 'worktrees');
	return {
		store,
		goneStores: others.flatMap((one) => (one.isGone ? [{ root: one.root ?? '', store: one.store }] : [])),
		livingStores: others.flatMap((one) => (one.isGone ? [] : [one.store])),
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

async function storeOf({ folder, kept }: StateStore, app: App) {
	const { location } = await app.store();
	const configFile = join(folder, 'config.toml');
	const place = { ...location, folder, kept, others: [], isElsewhere: true, configFile, notice: null };
	return storeAt(place, app);
}

/** null where no race can have been: outside git, and before the first commit. */
async function cleaner(app: App, worktreesFolder: string): Promise<PruneDeps['clean']> {
	const repo = await app.repo();
	if (repo.kind !== 'worktree' || repo.head === null) return null;
	const [git, store, { createWorktrees }] = await Promise.all([
		app.git(),
		app.store(),
		import('../git/worktrees/worktrees.ts'),
	]);
	const scratchFolder = join(app.paths.cacheHome, 'scratch');
	const worktrees = createWorktrees({ repo, git, scratchFolder, clock: app.clock });
	return { relay: { store, repo, env: { ...app.env } }, worktrees, worktreesFolder };
}

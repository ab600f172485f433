/** Looks at what the relay keeps, and removes what may go. */
import { hasErrno, isSystemError, RelayError } from '../core/errors.ts';
import { onceAStep } from '../core/once.ts';
import type { UserProcesses } from '../git/snapshots/snapshot-users.ts';
import type { CleanDeps } from '../race/clean/clean-plan.ts';
import { dependentsOf } from '../sessions/lineage/whole-lineage.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import type { Witnesses } from '../sessions/witness/witness.ts';
import { keptCaches } from './kept-caches.ts';
import { keptRaces } from './kept-races.ts';
import { keptSessions, type SessionsRequest } from './kept-sessions.ts';
import { keptSnapshots } from './kept-snapshots.ts';
import { keptWitnesses } from './kept-witnesses.ts';
import type { Kept, Pruned, PruneKind } from './prune-contract.ts';

export interface PruneDeps {
	/** The store of the repo at hand. */
	store: SessionStore;
	/** Stores in the state folder whose repo is gone. */
	goneStores: ReadonlyArray<{ store: SessionStore; root: string }>;
	/** Other stores in the state folder; what their sessions continue stays, wherever it is. */
	livingStores: readonly SessionStore[];
	witnesses: Witnesses;
	witnessFolder: string;
	snapshotsFolder: string;
	cacheHome: string;
	worktreesFolder: string;
	processes: UserProcesses;
	/** null outside git. */
	clean: CleanDeps | null;
}

/** What is there of `kinds`, of this repo and of all that no repo claims any more. Changes nothing. */
export async function planPrune(
	kinds: ReadonlySet<PruneKind>,
	request: SessionsRequest,
	deps: PruneDeps,
): Promise<Kept[]> {
	const { store, goneStores } = deps;
	const kept: Kept[] = [];
	const listed = onceAStep((one: SessionStore) => one.list({ name: null }));
	if (kinds.has('races')) kept.push(...(await keptRaces(deps, request)));
	if (kinds.has('sessions')) {
		const stores = [store, ...deps.livingStores, ...goneStores.map((gone) => gone.store)];
		const children = dependentsOf(stores.flatMap(listed));
		const looked = (one: SessionStore, about: string) =>
			keptSessions(one, { sessions: listed(one), about, children }, request);
		kept.push(...looked(store, ''));
		for (const gone of goneStores) kept.push(...looked(gone.store, `of ${gone.root}, which is gone`));
	}
	if (kinds.has('witness')) {
		const places = new Set(listed(store).map(({ id }) => String(id)));
		kept.push(...keptWitnesses({ ...deps, folder: deps.witnessFolder, places }, request));
	}
	if (kinds.has('snapshots')) kept.push(...keptSnapshots({ ...deps, folder: deps.snapshotsFolder }, request));
	if (kinds.has('caches')) kept.push(...keptCaches(deps.cacheHome, request));
	return kept;
}

/** One after the other; what cannot go is reported, and the others go. */
export async function applyPrune(kept: readonly Kept[]): Promise<Pruned[]> {
	const pruned: Pruned[] = [];
	for (const one of kept) if (one.remove !== null) pruned.push({ one, problem: await tryRemove(one.remove) });
	return pruned;
}

async function tryRemove(remove: () => Promise<void> | void): Promise<Pruned['problem']> {
	try {
		await remove();
		return null;
	} catch (error) {
		// Another prune was faster.
		if (hasErrno(error, 'ENOENT') || (error instanceof RelayError && error.code === 'no_such_session'))
			return null;
		if (error instanceof RelayError) return { code: error.code, message: error.message };
		if (isSystemError(error)) return { code: 'not_writable', message: error.message };
		throw error;
	}
}

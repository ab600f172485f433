/** Records of other repos in which this user has sessions: by the witnesses, and by the stores in the state folder. */
import { basename, dirname, isAbsolute } from 'node:path';
import type { KnownStore } from '../commands/context.ts';
import { isStore, locateStore, stateStores, storeFolders } from '../sessions/files/store-location.ts';
import { witnessedFolders } from '../sessions/witness/witnessed-folders.ts';
import { type App, storeAt } from './create-app.ts';

export async function otherStores(app: App): Promise<KnownStore[]> {
	const { stateHome, witness } = app.paths;
	const own = (await app.store()).location;
	const seen = new Set(storeFolders(own));
	const roots = [...witnessedFolders(witness)].flatMap((folder) => rootOf(dirname(dirname(folder))) ?? []);
	const known: KnownStore[] = [];
	for (const { root, isBare } of new Map(roots.map((one) => [one.root, one])).values()) {
		const repo = {
			...own.repo,
			kind: isBare ? ('bare' as const) : ('worktree' as const),
			root,
			worktree: root,
			folder: root,
			commonDir: isBare ? root : null,
		};
		const location = locateStore(repo, { stateHome });
		const folders = storeFolders(location);
		if (!folders.some((folder) => !seen.has(folder) && isStore(folder))) continue;
		for (const folder of folders) seen.add(folder);
		known.push({ root, store: await storeAt(location, app) });
	}
	for (const { folder, kept, root } of stateStores(stateHome)) {
		if (seen.has(folder) || seen.has(kept)) continue;
		const location = { ...own, folder, kept, others: [], isElsewhere: true, notice: null };
		known.push({ root: root ?? folder, store: await storeAt(location, app) });
	}
	return known;
}

/** The repo whose records lie beside the work: `<root>/.agent-relay`, or `<root>/agent-relay` of a bare one; null: elsewhere. */
function rootOf(store: string): { root: string; isBare: boolean } | null {
	const name = basename(store);
	if (!isAbsolute(store) || (name !== '.agent-relay' && name !== 'agent-relay')) return null;
	return { root: dirname(store), isBare: name === 'agent-relay' };
}

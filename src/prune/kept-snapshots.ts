/** Snapshots of any repo: a whole store at a time, never one that a living relay uses. */

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { removeSnapshotStore, snapshotStores } from '../git/snapshots/snapshot-stores.ts';
import type { UserProcesses } from '../git/snapshots/snapshot-users.ts';
import type { Kept, PruneAge } from './prune-contract.ts';

export function keptSnapshots(
	{ folder, processes }: { folder: string; processes: UserProcesses },
	{ before, now }: PruneAge,
): Kept[] {
	return snapshotStores(folder, processes, now).map(({ home, bytes, usedAt, repo, isInUse }): Kept => {
		const isOld = usedAt < before;
		return {
			kind: 'snapshots',
			name: basename(home),
			path: home,
			bytes,
			lastUsedAt: usedAt,
			about: repo === null ? '' : existsSync(repo) ? repo : `${repo}, which is gone`,
			stays: isOld && isInUse ? 'a relay uses it' : null,
			remove: isOld && !isInUse ? () => removeSnapshotStore(home, processes, now) : null,
		};
	});
}

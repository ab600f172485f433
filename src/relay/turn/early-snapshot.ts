import type { Snapshot, Snapshots } from '../../git/repo-facts.ts';

/** `snapshots` whose first take has already begun, while the session and its files are still being made. */
export function withFirstTake(snapshots: Snapshots, first: Promise<Snapshot>): Snapshots {
	let begun: Promise<Snapshot> | null = first;
	return {
		...snapshots,
		take: (options) => {
			const taken = begun ?? snapshots.take(options);
			begun = null;
			return taken;
		},
	};
}

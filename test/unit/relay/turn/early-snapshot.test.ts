import { describe, expect, it } from 'vitest';
import type { Snapshot, Snapshots } from '../../../../src/git/repo-facts.ts';
import { withFirstTake } from '../../../../src/relay/turn/early-snapshot.ts';

const snapshotOf = (tree: string): Snapshot => ({ tree, skipped: [], tookMs: 0, unavailable: null });

function countingSnapshots(): Snapshots {
	let taken = 0;
	return {
		take: async () => snapshotOf(`later ${++taken}`),
		changes: async () => [],
		diff: async () => '',
		settled: async () => undefined,
		release: () => undefined,
	};
}

describe('snapshots whose first take has begun', () => {
	it('return that one first, and take new ones from then on', async () => {
		const snapshots = withFirstTake(countingSnapshots(), Promise.resolve(snapshotOf('early')));
		const trees = [await snapshots.take(), await snapshots.take(), await snapshots.take()];
		expect(trees.map(({ tree }) => tree)).toEqual(['early', 'later 1', 'later 2']);
	});
});

import { expect, it } from 'vitest';
import { RelayError } from '../../../../src/core/errors.ts';
import type { Snapshots } from '../../../../src/git/repo-facts.ts';
import { lineageDiffs } from '../../../../src/relay/packet/lineage-diffs.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const lost = () => Promise.reject(new RelayError('not_found', 'no such tree'));
/** A store that has no tree. */
const empty = { changes: lost, diff: lost } as unknown as Snapshots;
const worktree = '/repo';
const turn = (before: string | null, after: string | null) => ({
	state: fakeTurnState({ tree: { before, after } }),
	worktree,
});
const lossesOf = async (...turns: Array<ReturnType<typeof turn>>) =>
	(await lineageDiffs({ turns, base: null, current: { tree: 'now', worktree } }, empty)).losses;

it('does not call snapshots gone that were never taken', async () => {
	expect(await lossesOf(turn(null, null))).toEqual([
		'No snapshots were taken around 1 turn; what changed there is listed without a diff.',
	]);
	expect(await lossesOf(turn(null, 'b'), turn('b', 'c'), turn('c', 'now'))).toEqual([
		'The snapshots of 2 turns are not here any more; what changed there is listed without a diff.',
		'No snapshots were taken around 1 turn; what changed there is listed without a diff.',
	]);
});

import { RelayError } from '../../../core/errors.ts';
import type { TurnState } from '../../../sessions/turns/turn-state.ts';
import type { Trees } from '../../diff/read-trees.ts';

interface TurnDiff {
	/** Unified, cut at the bytes that were asked for; null: see `missing`. */
	text: string | null;
	/** Why there is none, in words; null: nothing was changed, or there is one. */
	missing: string | null;
}

export type TurnDiffs = (state: TurnState, maxBytes: number) => Promise<TurnDiff>;

/** What each turn changed, from the snapshots around it. */
export function createTurnDiffs(trees: Pick<Trees, 'read'>): TurnDiffs {
	return async ({ tree: { before, after }, files }, maxBytes) => {
		const isChanged = files.length > 0;
		if (before === null || after === null)
			return { text: null, missing: isChanged ? 'No snapshots were taken around this turn.' : null };
		if (before === after) return { text: null, missing: null };
		try {
			const text = await trees.read((snapshots) => snapshots.diff(before, after, { maxBytes }));
			return { text, missing: null };
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			return { text: null, missing: 'The snapshots of this turn are not on this machine any more.' };
		}
	};
}

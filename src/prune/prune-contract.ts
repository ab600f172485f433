/**
 * What the relay keeps, where, and what of it may go: each kind is looked at by one module, which also removes. A look changes
 * nothing; what goes is judged once more right before, and whenever the process dies the next prune finishes the work.
 */
import type { RelayErrorCode } from '../core/errors.ts';

export const PRUNE_KINDS = ['sessions', 'races', 'snapshots', 'witness', 'caches'] as const;
export type PruneKind = (typeof PRUNE_KINDS)[number];

export interface Kept {
	kind: PruneKind;
	/** The id of a session or a race, else the name of the folder or file. */
	name: string;
	/** Absolute. */
	path: string;
	bytes: number;
	/** Epoch ms; null where nobody can say. */
	lastUsedAt: number | null;
	/** What it is of, in a few words. Not safe to show as it is. */
	about: string;
	/** Why it stays though it is old enough, as a clause; null: it goes, or it is not old enough. Not safe to show as it is. */
	stays: string | null;
	/** Judges once more, and removes. null: it is not old enough, or it stays. Throws RelayError where it cannot go. */
	remove: (() => Promise<void> | void) | null;
}

export interface PruneAge {
	/** What was used since then stays. Epoch ms. */
	before: number;
	now: number;
}

export interface Pruned {
	one: Kept;
	/** null: it is gone. */
	problem: { code: RelayErrorCode; message: string } | null;
}

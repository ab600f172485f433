import {
	type EditConflict,
	type EditOmission,
	type FileEdit,
	lookAtPaths,
	type SeenPath,
} from './look-at-paths.ts';
import { type SortedPaths, sortByBytes } from './sort-paths.ts';

/** Every path is in exactly one of these; one that collides by case may be in `conflicts` and in another. */
export interface EditPlan extends SortedPaths {
	/** In the way of the edits, whatever the files hold. What is merely `differing` becomes one by `contentConflict`. */
	conflicts: EditConflict[];
	omitted: EditOmission[];
}

export interface PlanOptions {
	/** The disk takes names that differ only in case for one (git's `core.ignorecase`). */
	ignoresCase: boolean;
	/** The disk keeps no right to execute (git's `core.fileMode` is false). Default false. */
	ignoresModes?: boolean;
	/** Judges what the files hold. Default: byte by byte. */
	sort?: (open: readonly SeenPath[]) => SortedPaths | Promise<SortedPaths>;
}

/**
 * What each edit would meet in `root` (absolute) as its path stands now; reads only. What is `pending` may be made: `replaceFiles`
 * refuses what changes after this look. An owner who makes all or none stops at the first of `conflicts` and `differing`. Throws
 * the system's error for a path that cannot be looked at.
 */
export async function planEdits(
	root: string,
	edits: readonly FileEdit[],
	{ ignoresCase, ignoresModes = false, sort }: PlanOptions,
): Promise<EditPlan> {
	const { open, conflicts, omitted } = lookAtPaths(root, edits, { ignoresCase });
	const sorted = sort ? await sort(open) : sortByBytes(open, { root, ignoresModes });
	return { ...sorted, conflicts, omitted };
}

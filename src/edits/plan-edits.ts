import {
	type EditConflict,
	type EditOmission,
	type FileEdit,
	lookAtPaths,
	type SeenPath,
} from './look-at-paths.ts';
import { type SortedPaths, sortByBytes } from './sort-paths.ts';

/** Each path is in exactly one list, except that one that collides by case may be in `conflicts` and in another. */
export interface EditPlan extends SortedPaths {
	/** Paths blocked whatever the files hold. `contentConflict` turns a `differing` path into one of these. */
	conflicts: EditConflict[];
	omitted: EditOmission[];
}

export interface PlanOptions {
	/** The disk treats names that differ only in case as one (git's `core.ignorecase`). */
	ignoresCase: boolean;
	/** The disk keeps no execute bit (git's `core.fileMode` is false). Default false. */
	ignoresModes?: boolean;
	/** Compares what the files hold. Default: byte by byte. */
	sort?: (open: readonly SeenPath[]) => SortedPaths | Promise<SortedPaths>;
}

/**
 * What each edit would meet in `root` (absolute) now; reads only. The `pending` paths may be replaced: `replaceFiles` refuses
 * whatever changes after this look. An owner who wants all or nothing stops at the first of `conflicts` and `differing`. Throws the
 * system's error for a path that cannot be looked at.
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

/** Several turns as one set of edits: from what the last of them left to what was there before the first. Pure. */
import type { FileEdit, FileState } from '../edits/look-at-paths.ts';
import type { TreeEdit } from '../git/commits/tree-edits.ts';

export interface TurnEdits {
	turn: number;
	/** Forward, as the turn made them. */
	edits: readonly TreeEdit[];
}

export interface Composed {
	/** Backward: `before` is what the turns left, `after` what was there before them. By path. */
	edits: FileEdit[];
	/** Paths that somebody changed between two of the turns, with both. */
	broken: Map<string, { earlier: number; later: number }>;
}

/** `turns`: oldest first. A path that they changed and changed back is left out. */
export function composeEdits(turns: readonly TurnEdits[]): Composed {
	const byPath = new Map<string, { edit: FileEdit; turn: number }>();
	const broken: Composed['broken'] = new Map();
	for (const { turn, edits } of turns)
		for (const { path, before, after } of edits) {
			const known = byPath.get(path);
			if (known === undefined) byPath.set(path, { edit: { path, before: after, after: before }, turn });
			else {
				if (!isSame(known.edit.before, before)) broken.set(path, { earlier: known.turn, later: turn });
				byPath.set(path, { edit: { ...known.edit, before: after }, turn });
			}
		}
	const edits = [...byPath.values()]
		.map(({ edit }) => edit)
		.filter(({ path, before, after }) => broken.has(path) || !isSame(before, after))
		.sort((a, b) => (a.path < b.path ? -1 : 1));
	return { edits, broken };
}

const isSame = (one: FileState | null, other: FileState | null): boolean =>
	one === other || (one !== null && other !== null && one.id === other.id && one.mode === other.mode);

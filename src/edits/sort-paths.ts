/** Sorts the open paths into those already done, those that may be replaced, and those that hold something else. */
import { readlinkSync } from 'node:fs';
import { hasErrno } from '../core/errors.ts';
import { readRegularFile } from '../core/files/read-file.ts';
import { EXECUTABLE_MODE, LINK_MODE } from '../git/commits/tree-edits.ts';
import { blobId } from './edit-journal.ts';
import type { FileState, SeenPath } from './look-at-paths.ts';

export interface SortedPaths {
	/** Already in the wanted state. */
	already: SeenPath[];
	/** In the expected state: to be replaced. */
	pending: SeenPath[];
	/** In neither. */
	differing: SeenPath[];
}

/** `holds`: whether a file or link is in that side's state; asked only if that side has one. */
export function sortPaths(
	open: readonly SeenPath[],
	holds: (seen: SeenPath, side: 'before' | 'after') => boolean,
): SortedPaths {
	const stands = (seen: SeenPath, side: 'before' | 'after'): boolean => {
		const state = seen.edit[side];
		if (seen.kind === 'absent') return state === null;
		// The edits themselves remove its files: the path is as good as free.
		if (seen.kind === 'folder') return side === 'before' && state === null;
		return seen.kind !== 'other' && state !== null && holds(seen, side);
	};
	const sorted: SortedPaths = { already: [], pending: [], differing: [] };
	for (const seen of open) {
		if (stands(seen, 'after')) sorted.already.push(seen);
		else if (stands(seen, 'before')) sorted.pending.push(seen);
		else sorted.differing.push(seen);
	}
	return sorted;
}

/** Compares bytes, kind and the execute bit, the last one unless the disk has none (`ignoresModes`). Reads each file once. */
export function sortByBytes(
	open: readonly SeenPath[],
	{ root, ignoresModes }: { root: string; ignoresModes: boolean },
): SortedPaths {
	const present = new Map(open.map((seen) => [seen, presentState(root, seen)]));
	const modeOf = ({ mode }: FileState) => (ignoresModes && mode !== LINK_MODE ? FILE_MODE : mode);
	return sortPaths(open, (seen, side) => {
		const [now, state] = [present.get(seen) ?? null, seen.edit[side]];
		return now !== null && state !== null && now.id === state.id && modeOf(now) === modeOf(state);
	});
}

const FILE_MODE = '100644';

/** null: not a file or link, or one that cannot be read (any more). */
function presentState(root: string, { edit, kind, permissions }: SeenPath): FileState | null {
	const path = `${root}/${edit.path}`;
	const bytes =
		kind === 'link'
			? targetOf(path)
			: kind === 'file'
				? readRegularFile(path, Number.POSITIVE_INFINITY)
				: null;
	if (bytes === null) return null;
	const isProgram = ((permissions ?? 0) & 0o100) !== 0;
	const mode = kind === 'link' ? LINK_MODE : isProgram ? EXECUTABLE_MODE : FILE_MODE;
	return { mode, id: blobId(bytes, (edit.before ?? edit.after)?.id.length ?? 0) };
}

function targetOf(link: string): Buffer | null {
	try {
		return readlinkSync(link, 'buffer');
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return null;
		throw error;
	}
}

import type { FileChange } from '../../git/repo-facts.ts';
import type { TurnState } from './turn-state.ts';

/** The newest change of each path that these turns made, oldest turn first, by path. Pure. */
export function newestChanges(turns: readonly Pick<TurnState, 'files'>[]): FileChange[] {
	const byPath = new Map<string, FileChange>();
	for (const { files } of turns) {
		for (const { path, change, from, added, removed, source } of files) {
			byPath.set(path, { path, change, added, removed, source, ...(from === undefined ? {} : { from }) });
		}
	}
	return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

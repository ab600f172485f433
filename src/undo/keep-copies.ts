/** Copies of changed files that a forced undo replaces: for the user in the session's folder, and for a redo in the snapshots. */
import { mkdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FOLDER_MODE } from '../core/files/folders.ts';
import { readRegularFile } from '../core/files/read-file.ts';
import { FILE_MODE } from '../core/files/write-file.ts';
import type { EditPlace } from '../edits/edit-journal.ts';
import type { FileState, SeenPath } from '../edits/look-at-paths.ts';
import { EXECUTABLE_MODE, LINK_MODE } from '../git/commits/tree-edits.ts';
import type { TreeContents } from '../git/snapshots/tree-contents.ts';

/** The same paths, expected to be as they are now. `hasCopies`: `kept` exists, a folder of copies by path. */
export async function keepCopies(
	forced: readonly SeenPath[],
	options: { worktree: string; place: EditPlace; kept: string; contents: TreeContents },
): Promise<{ forced: SeenPath[]; hasCopies: boolean }> {
	const { worktree, place, kept, contents } = options;
	// In the place, which nobody else has made; only whole does it go where others may write.
	const staged = join(place.folder, 'kept');
	const numbered: string[] = [];
	const copied = forced.map((seen) => {
		const bytes = bytesAt(join(worktree, seen.edit.path), seen);
		if (bytes === null) return { seen, at: null };
		write(join(staged, seen.edit.path), bytes);
		const at = numbered.push(join(place.folder, `copy-${numbered.length}`)) - 1;
		write(numbered[at] ?? '', bytes);
		return { seen, at };
	});
	const ids = await contents.store(numbered);
	if (numbered.length > 0) {
		rmSync(kept, { recursive: true, force: true });
		renameSync(staged, kept);
	}
	return {
		forced: copied.map(({ seen, at }) => ({
			...seen,
			edit: { ...seen.edit, before: at === null ? null : presentState(seen, ids[at] ?? '') },
		})),
		hasCopies: numbered.length > 0,
	};
}

function write(path: string, bytes: Buffer): void {
	mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
	writeFileSync(path, bytes, { mode: FILE_MODE, flag: 'wx' });
}

/** null: nothing is there. */
function bytesAt(path: string, { kind }: SeenPath): Buffer | null {
	if (kind === 'link') return readlinkSync(path, 'buffer');
	return kind === 'file' ? readRegularFile(path, Number.POSITIVE_INFINITY) : null;
}

function presentState({ kind, permissions }: SeenPath, id: string): FileState {
	if (kind === 'link') return { mode: LINK_MODE, id };
	return { mode: ((permissions ?? 0) & 0o100) === 0 ? '100644' : EXECUTABLE_MODE, id };
}

import { join } from 'node:path';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { folderEntries } from '../repo/folder-entries.ts';
import type { RepoFacts } from '../repo-facts.ts';

const OF_WORKTREE = ['HEAD', 'logs/HEAD', 'ORIG_HEAD', 'FETCH_HEAD', 'MERGE_HEAD', 'CHERRY_PICK_HEAD'];
/** A repo with more refs than this has them packed, except the newest. */
const MAX_REFS = 20_000;

/**
 * A value that changes whenever a name of the repo is moved: a commit, a tag, a switch of branch, a fetch. Empty outside git.
 * Branches count only in the main worktree: next to a linked one others may be at work in theirs, and its own HEAD shows what
 * happened in it. Starts no program.
 */
export function refsMark({ gitDir, commonDir }: Pick<RepoFacts, 'gitDir' | 'commonDir'>): string {
	if (gitDir === null || commonDir === null) return '';
	const isMain = gitDir === commonDir;
	const files = OF_WORKTREE.map((name) => join(gitDir, name));
	if (isMain) files.push(join(commonDir, 'packed-refs'));
	const folders = [join(commonDir, isMain ? 'refs' : 'refs/tags')];
	let newest = 0;
	let count = 0;
	// Anyone can set a file's mtime, but not its ctime.
	const see = (path: string) => {
		const changed = lstatIfThere(path)?.ctimeMs;
		if (changed === undefined) return;
		newest = Math.max(newest, changed);
		count++;
	};
	for (const path of files) see(path);
	for (let folder = folders.pop(); folder !== undefined && count < MAX_REFS; folder = folders.pop()) {
		// The removal of a ref changes only its folder.
		see(folder);
		for (const entry of folderEntries(folder)) {
			const path = join(folder, entry.name);
			if (entry.isDirectory()) folders.push(path);
			else see(path);
		}
	}
	return `${newest} ${count}`;
}

/** The snapshot stores of all repos, one for each repo, and their removal. */
import { renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { isFolder, namesIn } from '../../core/files/folders.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { storeBytes, worktreesOf } from './snapshot-bounds.ts';
import { isInUse, type UserProcesses } from './snapshot-users.ts';

export interface SnapshotStore {
	/** Absolute. */
	home: string;
	bytes: number;
	/** Epoch ms of the last take. */
	usedAt: number;
	/** The common dir of its repo; null when unknown. */
	repo: string | null;
	isInUse: boolean;
}

const STORE = /^[0-9a-f]{16}(\.removed)?$/;

export function snapshotStores(stateFolder: string, processes: UserProcesses, now: number): SnapshotStore[] {
	return namesIn(stateFolder, 'EACCES')
		.filter((name) => STORE.test(name))
		.map((name) => join(stateFolder, name))
		.filter(isFolder)
		.map((home) => ({
			home,
			bytes: storeBytes(home),
			usedAt: usedAt(home),
			repo: repoOf(home),
			isInUse: isInUse(home, processes, now),
		}));
}

/** Throws `refused` if a relay has begun to use it, `not_writable`. */
export function removeSnapshotStore(home: string, processes: UserProcesses, now: number): void {
	if (isInUse(home, processes, now)) throw new RelayError('refused', `${home} is kept: a relay is using it.`);
	const aside = home.endsWith(REMOVED) ? home : home + REMOVED;
	explainingWrites(home, () => {
		if (aside !== home) {
			rmSync(aside, { recursive: true, force: true });
			renameIfThere(home, aside);
		}
		rmSync(aside, { recursive: true, force: true });
	});
}

/** Another prune may have been faster. */
function renameIfThere(path: string, to: string): void {
	try {
		renameSync(path, to);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT')) throw error;
	}
}

/** Suffix of a removal that was cut short. */
const REMOVED = '.removed';

function usedAt(home: string): number {
	if (home.endsWith(REMOVED)) return 0;
	const times = [home, ...worktreesOf(home).map((gitDir) => join(gitDir, 'tree'))].map(
		(path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
	);
	return Math.max(...times);
}

/** The first line of the config names the repo it was copied from. */
function repoOf(home: string): string | null {
	const [gitDir] = worktreesOf(home);
	const text = gitDir === undefined ? null : readRegularText(join(gitDir, 'config'));
	const source = /^# from (".+") \d+ \d+ format \d+$/m.exec(text ?? '')?.[1];
	return source === undefined ? null : parentOf(source);
}

/** `quoted`: a path as JSON. null for a damaged one. */
function parentOf(quoted: string): string | null {
	try {
		return dirname(String(JSON.parse(quoted)));
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

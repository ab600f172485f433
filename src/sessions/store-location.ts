import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, RelayError } from '../core/errors.ts';
import { createExclusive, ensureFolder } from '../core/files.ts';
import { explainingWrites } from '../core/write-failure.ts';
import type { RepoFacts } from '../git/contract.ts';
import { sessionsFolder } from './session-paths.ts';

/** Where the records of one repo lie. */
export interface StoreLocation {
	/** `.agent-relay` of the repo, or its stand-in. Absolute. */
	folder: string;
	repo: RepoFacts;
	/** True when the repo itself cannot be written and the records lie under the state home. */
	isElsewhere: boolean;
	/** One line for the user, when there is something to say about the place. */
	notice: string | null;
}

/** `config.toml` may be committed; nothing else here may. */
const GITIGNORE = '*\n!config.toml\n';

/**
 * Decides where the records go (design 4): the main worktree, so that linked worktrees share them; the common dir where
 * the main "worktree" is a bare repo; the state home where the repo cannot be written. Creates nothing.
 */
export function locateStore(
	repo: RepoFacts,
	options: { stateHome: string; isWritable?: (path: string) => boolean },
): StoreLocation {
	const isWritable = options.isWritable ?? canWrite;
	const isBare = repo.kind === 'bare' || repo.root === repo.commonDir;
	const folder = isBare ? join(repo.commonDir ?? repo.root, 'agent-relay') : join(repo.root, '.agent-relay');
	if (isWritable(isThere(folder) ? folder : isBare ? (repo.commonDir ?? repo.root) : repo.root))
		return { folder, repo, isElsewhere: false, notice: null };
	const elsewhere = join(options.stateHome, 'agent-relay', 'repos', hashOf(repo.root));
	return {
		folder: elsewhere,
		repo,
		isElsewhere: true,
		notice: `${repo.root} cannot be written; sessions are recorded in ${elsewhere}`,
	};
}

/**
 * Makes the store's folders (0700) and its `.gitignore`. Refuses a store or sessions folder that is a symbolic link or no
 * folder (`refused`): a repo could have planted it to make the relay write elsewhere. Throws `disk_full`, `not_writable`.
 */
export function prepareStore(location: StoreLocation): void {
	refuseLink(location.folder);
	explainingWrites(location.folder, () => ensureFolder(location.folder));
	const gitignore = join(location.folder, '.gitignore');
	explainingWrites(gitignore, () => createExclusive(gitignore, GITIGNORE));
	const sessions = sessionsFolder(location);
	refuseLink(sessions);
	explainingWrites(sessions, () => ensureFolder(sessions));
}

/** Throws `refused` when something other than a real folder has this path; nothing there is fine. */
export function refuseLink(path: string): void {
	const facts = lstatSync(path, { throwIfNoEntry: false });
	if (facts === undefined || facts.isDirectory()) return;
	const what = facts.isSymbolicLink() ? 'a symbolic link' : 'not a folder';
	throw new RelayError('refused', `${path} is ${what}; the relay keeps its records only in a real folder`, {
		hint: `look at it, then remove it: rm ${JSON.stringify(path)}`,
	});
}

function isThere(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function canWrite(path: string): boolean {
	try {
		accessSync(path, constants.W_OK);
		return true;
	} catch (error) {
		if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) return false;
		// Anything else (a dangling link, a file in the way) is told by `prepareStore`, with the path.
		return true;
	}
}

function hashOf(path: string): string {
	return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

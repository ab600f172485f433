import { createHash } from 'node:crypto';
import { accessSync, constants, type Stats, type StatsBase } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { ensureFolder, isFolder, isNotAFolder, namesIn } from '../../core/files/folders.ts';
import { createWhole } from '../../core/files/new-file.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import type { SessionId } from '../../core/ids.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import { keepOutOfGit, type Protection } from './keep-out-of-git.ts';
import { sessionFolder, sessionsFolder } from './session-paths.ts';

/** Where the records of one repo are. */
export interface StoreLocation {
	/** Where new sessions are recorded: `.agent-relay` of the repo, or its stand-in. Absolute. */
	folder: string;
	repo: RepoFacts;
	/** True when the records are under the state home. */
	isElsewhere: boolean;
	/** Other places where sessions of this repo may be, made under another choice or another path of the repo. */
	others: readonly string[];
	/**
	 * In the state home, for sessions that had to leave their place because a link was in the way. What is here is newer than
	 * what any other place has of the same session.
	 */
	kept: string;
	/** The repo's own configuration; need not exist. */
	configFile: string;
	/** One line for the user, when there is something to say about the place. */
	notice: string | null;
}

interface LocateOptions {
	/** `<XDG state>/agent-relay`. */
	stateHome: string;
	/** What the user chose (`store`); default: the repo. */
	choice?: 'repo' | 'state';
	isWritable?: (path: string) => boolean;
}

/**
 * Decides where the records go: the main worktree, so that linked worktrees share them; the common dir if the main
 * "worktree" is a bare repo; the state home if the user wants that or the repo cannot be written. Creates nothing.
 */
export function locateStore(repo: RepoFacts, options: LocateOptions): StoreLocation {
	const { stateHome, choice = 'repo', isWritable = canWrite } = options;
	const isBare = repo.kind === 'bare' || repo.root === repo.commonDir;
	const inRepo = isBare ? join(repo.commonDir ?? repo.root, 'agent-relay') : join(repo.root, '.agent-relay');
	const inState = join(stateHome, STATE_STORES, hashOf(repo.root));
	const found = lstatIfThere(inRepo);
	const canBeInRepo = isWritable(
		found !== undefined ? inRepo : isBare ? (repo.commonDir ?? repo.root) : repo.root,
	);
	const isElsewhere = choice === 'state' || !canBeInRepo;
	const folder = isElsewhere ? inState : inRepo;
	const kept = join(stateHome, KEPT_STORES, hashOf(repo.root));
	const places = [inRepo, inState, join(stateHome, 'agent-relay', STATE_STORES, hashOf(repo.root))];
	return {
		folder,
		repo,
		isElsewhere,
		others: places.filter((place) => place !== folder),
		kept,
		configFile: join(inRepo, 'config.toml'),
		notice:
			choice === 'repo' && isElsewhere
				? `${repo.root} cannot be written; sessions are recorded in ${inState}`
				: passedOver(folder, isElsewhere ? lstatIfThere(folder) : found, kept),
	};
}

/** The notice for a repo whose sessions moved elsewhere because something is in place of the records; only those are read. */
function passedOver(folder: string, found: Stats | undefined, kept: string): string | null {
	const sessions = sessionsFolder({ folder });
	const isInWay = found !== undefined && !found.isDirectory();
	const path = isInWay ? folder : found !== undefined && isNotAFolder(sessions) ? sessions : null;
	if (path === null || isNotAFolder(dirname(kept))) return null;
	if (namesIn(sessionsFolder({ folder: kept })).length === 0) return null;
	const what = lstatIfThere(path)?.isSymbolicLink() ? 'a symbolic link' : 'not a folder';
	return `${path} is ${what}: nothing is read there, and no new session begins. Look at it, then remove it: rm ${quoteForShell(path)}`;
}

const STATE_STORES = 'repos';
const KEPT_STORES = 'kept';
const HASH = /^[0-9a-f]{16}$/;

/**
 * The relay's own folders above a store, namely the one in the state home that holds the stores. If one is a link, nothing may be
 * written or read through it. The state home itself, and what is above it, are the user's to link.
 */
export function foldersAbove(store: string): string[] {
	const above = dirname(store);
	return HASH.test(basename(store)) && [STATE_STORES, KEPT_STORES].includes(basename(above)) ? [above] : [];
}
/** Names the repo whose sessions a store in the state home holds. */
const REPO_FILE = 'repo.json';

/** Stores in the state home whose repo is no longer at its path, each with a commit of it: it may have been moved here. */
export function orphanedStores(stateHome: string): Array<{ folder: string; head: string }> {
	const stores = join(stateHome, STATE_STORES);
	const names = isFolder(stores) ? namesIn(stores, 'EACCES') : [];
	return names.flatMap((name) => {
		const folder = join(stores, name);
		const { root, head } = readRepoFile(join(folder, REPO_FILE));
		return root === null || head === null || isThere(root) ? [] : [{ folder, head }];
	});
}

export interface StateStore {
	folder: string;
	/** The store of sessions that had to leave their place. */
	kept: string;
	/** The path of its repo when it was made; null: nothing says so. */
	root: string | null;
	/** Nothing is at that path now: the repo was moved or removed, or its disk is not mounted. */
	isGone: boolean;
}

/** All stores in the state home, of whatever repo. */
export function stateStores(stateHome: string): StateStore[] {
	const [stores, keptStores] = [join(stateHome, STATE_STORES), join(stateHome, KEPT_STORES)];
	const places = [stores, keptStores].filter((place) => !isNotAFolder(place));
	const names = new Set(places.flatMap((place) => namesIn(place, 'EACCES')));
	return [...names].map((name) => {
		const [folder, kept] = [join(stores, name), join(keptStores, name)];
		const root =
			places
				.map((place) => join(place, name))
				.map((place) => readRepoFile(join(place, REPO_FILE)).root)
				.find(Boolean) ?? null;
		return { folder, kept, root, isGone: root !== null && !isThere(root) };
	});
}

const repoFileSchema = v.looseObject({ root: v.string(), head: v.nullable(v.string()) });

/** Nulls for a damaged file. */
function readRepoFile(path: string): { root: string | null; head: string | null } {
	const read = v.safeParse(repoFileSchema, readJsonOrNull(path));
	return read.success ? read.output : NO_REPO;
}

const NO_REPO = { root: null, head: null };

/**
 * All places: the one whose sessions come before others of the same id first, then the one for new sessions. Nothing is written
 * through a link in place of `kept`, so what is behind one is not ours.
 */
export function storeFolders({ folder, others, kept }: Places): string[] {
	return isFolder(dirname(kept)) ? [kept, folder, ...others] : [folder, ...others];
}

type Places = Pick<StoreLocation, 'folder' | 'others' | 'kept'>;

/** The place for a session that had to leave its own, as a store. */
export function keptPlace(location: StoreLocation): StoreLocation {
	return { ...location, folder: location.kept, isElsewhere: true };
}

/** Where a session is, or would be made if it is nowhere. */
export function folderOfSession(location: StoreLocation, id: SessionId): string {
	const holder = storeFolders(location).find((folder) => holds(folder, id));
	return sessionFolder({ folder: holder ?? location.folder }, id);
}

/** Each folder of the session: the one that it is in, then what earlier places still have of it. */
export function placesOf(location: StoreLocation, id: SessionId): string[] {
	return storeFolders(location)
		.filter((folder) => holds(folder, id))
		.map((folder) => sessionFolder({ folder }, id));
}

/** The place that a session is in, as a store of its own. */
export function storeHolding(location: StoreLocation, id: SessionId): StoreLocation {
	const folder = dirname(dirname(folderOfSession(location, id)));
	const isElsewhere =
		folder === location.folder ? location.isElsewhere : folder !== dirname(location.configFile);
	return { ...location, folder, isElsewhere };
}

/** A folder, not a link to one. */
function holds(store: string, id: SessionId): boolean {
	return isFolder(sessionFolder({ folder: store }, id)) && foldersAbove(store).every(isFolder);
}

/** True for a store that exists and is not behind a link: what is behind one is not ours. */
export const isStore = (folder: string): boolean => [...foldersAbove(folder), folder].every(isFolder);

/**
 * Makes the store's folders (0700) and what keeps them out of commits; returns the latter. Refuses a store or sessions folder
 * that is a symbolic link or not a folder (`refused`): a repo could have planted it to make the relay write elsewhere. Throws
 * `disk_full`, `not_writable`.
 */
export function prepareStore(location: StoreLocation): Protection {
	const sessions = sessionsFolder(location);
	for (const path of [...foldersAbove(location.folder), location.folder, sessions]) makeRealFolder(path);
	if (!location.isElsewhere) return explainingWrites(location.folder, () => keepOutOfGit(location));
	const mark = join(location.folder, REPO_FILE);
	if (lstatIfThere(mark) === undefined)
		explainingWrites(mark, () => createWhole(mark, toRepoFile(location.repo)));
	return 'store';
}

function makeRealFolder(path: string): void {
	const facts = lstatIfThere(path);
	if (facts === undefined) explainingWrites(path, () => ensureFolder(path));
	else refuseLink(path, facts);
}

function toRepoFile({ root, commonDir, head }: RepoFacts): string {
	return `${JSON.stringify({ schema_version: 1, root, common_dir: commonDir, head }, null, 2)}\n`;
}

/** Throws `refused` when something other than a real folder has this path; a missing one is fine. */
export function refuseLink(
	path: string,
	facts: StatsBase<number> | StatsBase<bigint> | undefined = lstatIfThere(path),
): void {
	if (facts === undefined || facts.isDirectory()) return;
	const what = facts.isSymbolicLink() ? 'a symbolic link' : 'not a folder';
	throw new RelayError('refused', `${path} is ${what}; the relay keeps its records only in a real folder`, {
		hint: `look at it, then remove it: rm ${quoteForShell(path)}`,
	});
}

function isThere(path: string): boolean {
	return lstatIfThere(path) !== undefined;
}

function canWrite(path: string): boolean {
	try {
		accessSync(path, constants.W_OK);
		return true;
	} catch (error) {
		if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) return false;
		// Anything else (a dangling link, a file in the way) is reported by `prepareStore`, with the path.
		return true;
	}
}

function hashOf(path: string): string {
	return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

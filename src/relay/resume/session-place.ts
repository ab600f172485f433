/**
 * Where a session continues: in the worktree where it was made, wherever the relay was started; in the present folder when
 * that worktree is gone or the repo was moved. Only a repo that is known to be another one is refused.
 */
import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import { namedFolder, recordedFolder } from '../../git/repo/start-folder.ts';
import { isListedWorktree } from '../../git/repo/worktree-records.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';
import { folderOf } from '../../sessions/store/new-meta.ts';
import type { Ports } from '../ports.ts';

export interface SessionPlace {
	/** The ports of the folder where the session continues. */
	ports: Ports;
	/** `own`: where it was made. `moved`: the same files at a new path. `other`: its trees say nothing about the files here. */
	is: 'own' | 'moved' | 'other';
	/** Where the session was made, by its record. */
	from: SessionMeta['repo'];
	/** Where its agents start from now on, as its record names it, even if that folder is missing now. */
	folder: string;
	/** One line for the user if the session continues elsewhere than where the relay was started or where it was made. */
	notice: string | null;
}

type Recorded = Pick<SessionMeta, 'id' | 'repo' | 'status'>;

/**
 * Throws `refused` when the session was made in another repo, unless `isHere`: the user said that this folder is right.
 */
export async function placeSession(
	recorded: Recorded,
	here: Ports,
	{ isHere = false }: { isHere?: boolean } = {},
): Promise<SessionPlace> {
	const { repo } = recorded;
	const folder = isHere ? recordedFolder(here.repo) : (repo.folder ?? '');
	if (repo.worktree === here.repo.worktree) return inItsFolder({ from: repo, folder }, here.repo, here);
	const there = isPathOfWorktree(repo.worktree) ? await here.places.find(repo.worktree) : null;
	if (!isHere && there !== null && isWorktreeOf(there, repo.worktree, here.repo))
		return inItsFolder({ from: repo, folder }, there, here);
	if (!isHere && (await isOtherRepo(recorded, there, here))) throw otherRepo(recorded, here.repo);
	const isGone = !isPathOfWorktree(repo.worktree) || !existsSync(repo.worktree);
	const isWhole = repo.worktree === repo.root && here.repo.worktree === here.repo.root;
	const ports = await portsIn(folder, here.repo, here);
	return {
		ports,
		is: isGone && isWhole ? 'moved' : 'other',
		from: repo,
		folder,
		notice: `this session was made in ${shown(repo.worktree)}${isGone ? ', which is no longer there' : ''}; it continues in ${describe(ports.repo)}`,
	};
}

/** The place in the worktree where it was made: the same folder, or the root if that is gone. */
async function inItsFolder(
	{ from, folder }: Pick<SessionPlace, 'from' | 'folder'>,
	there: RepoFacts,
	here: Ports,
): Promise<SessionPlace> {
	const ports = await portsIn(folder, there, here);
	const place = { ports, is: 'own', from, folder } as const;
	if (recordedFolder(ports.repo) !== folder) {
		const gone = shown(join(from.worktree, folder));
		const notice = `this session was made in ${gone}, which is no longer a folder of this worktree; it continues in ${describe(ports.repo)}`;
		return { ...place, notice };
	}
	const isHere = ports.repo.folder === here.repo.folder;
	return {
		...place,
		notice: isHere ? null : `works in ${describe(ports.repo)}, where this session was made`,
	};
}

/** The ports for a folder of `repo`, or for its root if that folder is missing. */
async function portsIn(recorded: string, repo: RepoFacts, here: Ports): Promise<Ports> {
	const folder = namedFolder(recorded, repo) ?? repo.worktree;
	return folder === here.repo.folder ? here : here.places.portsAt({ ...repo, folder });
}

/** Where the session, or a child of it, is from now on; `recorded` itself if nothing changes. */
export function repoAt(
	{ ports, is, from, folder }: SessionPlace,
	recorded: SessionMeta['repo'],
): SessionMeta['repo'] {
	const { folder: known = '', ...repo } = recorded;
	if (is === 'own') return folder === known ? recorded : { ...repo, ...folderOf(folder) };
	const { root, worktree, branch, head } = ports.repo;
	const earlier = from.moved_from ?? [];
	const moved_from = is === 'moved' ? [...new Set([...earlier, from.worktree])] : earlier;
	return { ...repo, root, worktree, ...folderOf(folder), branch, head, moved_from };
}

/**
 * A folder that was once a worktree and is now an ordinary one belongs to the worktree around it. The record may be anyone's, so
 * the repo itself must list the folder as a worktree.
 */
function isWorktreeOf(there: RepoFacts, folder: string, here: RepoFacts): boolean {
	const { commonDir, root } = here;
	if (commonDir === null || there.kind !== 'worktree' || there.commonDir !== commonDir) return false;
	return there.worktree === realpathSync(folder) && isListedWorktree(there.worktree, { root, commonDir });
}

/** No system opens longer paths. */
const MAX_PATH_BYTES = 4096;

/** What a relay writes down: absolute, and printable. */
function isPathOfWorktree(path: string): boolean {
	return isAbsolute(path) && Buffer.byteLength(path) < MAX_PATH_BYTES && !path.includes('\0');
}

/**
 * If the repo of the session can be examined, true only if it is certainly another: histories are rewritten, clones are shallow.
 * If it is gone, its commit must be here: then this is the repo, moved or cloned. A record without a commit names no repo.
 */
async function isOtherRepo({ repo }: Recorded, there: RepoFacts | null, here: Ports): Promise<boolean> {
	if (there?.commonDir === here.repo.commonDir && there.kind !== 'none') return false;
	const { hasCommit, firstCommits } = here.places;
	const isHere = repo.head === null ? null : await hasCommit(here.repo, repo.head);
	if (there === null || there.kind === 'none')
		return repo.head !== null && (here.repo.kind === 'none' || isHere === false);
	if (here.repo.kind === 'none') return true;
	if (isHere === true) return false;
	const [theirs, ours] = [await firstCommits(there), await firstCommits(here.repo)];
	return theirs !== null && ours !== null && ![...theirs].some((commit) => ours.has(commit));
}

function otherRepo({ id, repo, status }: Recorded, here: RepoFacts): RelayError {
	const task = status === 'completed' ? ' "TASK"' : '';
	return new RelayError(
		'refused',
		`Session ${id} was made in ${shown(repo.worktree)}, which is another repo than ${shown(here.worktree)}.`,
		{ hint: `If this folder is right, add --here: agent-relay run --session ${id.slice(-6)} --here${task}` },
	);
}

function describe({ folder, branch }: RepoFacts): string {
	return shown(folder) + (branch === null ? '' : ` (${shown(branch)})`);
}

const shown = (text: string) => safeLine(text, 200);

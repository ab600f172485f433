/**
 * Where a session goes on: in the worktree where it was made, wherever the relay was started; in the present folder when
 * that worktree is gone or the repo was moved. Only a repo that is known to be another one is refused.
 */
import { existsSync, realpathSync } from 'node:fs';
import { RelayError } from '../core/errors.ts';
import { safeLine } from '../core/text.ts';
import type { RepoFacts } from '../git/contract.ts';
import type { SessionMeta } from '../sessions/session-meta.ts';
import type { RelayDeps } from './relay-deps.ts';

export interface SessionPlace {
	/** Of the folder where the session goes on. */
	deps: RelayDeps;
	/** `own`: where it was made. `moved`: the same files at a new path. `other`: its trees say nothing about the files here. */
	is: 'own' | 'moved' | 'other';
	/** Where the record says that it was made. */
	from: SessionMeta['repo'];
	/** One line for the user when the session does not go on where the relay was started, or not where it was made. */
	notice: string | null;
}

type Recorded = Pick<SessionMeta, 'id' | 'repo'>;

/**
 * Throws `refused` when the session was made in another repo, unless `isHere`: the user said that this folder is right.
 */
export async function placeSession(
	recorded: Recorded,
	here: RelayDeps,
	{ isHere = false }: { isHere?: boolean } = {},
): Promise<SessionPlace> {
	const { repo } = recorded;
	if (repo.worktree === here.repo.worktree) return { deps: here, is: 'own', from: repo, notice: null };
	const there = await here.places.find(repo.worktree);
	if (!isHere && there !== null && isWorktreeOf(there, repo.worktree, here.repo)) {
		const deps = await here.places.depsAt(there);
		const notice = `works in ${describe(there)}, where this session was made`;
		return { deps, is: 'own', from: repo, notice };
	}
	if (!isHere && (await isOtherRepo(recorded, there, here))) throw otherRepo(recorded, here.repo);
	const isGone = !existsSync(repo.worktree);
	const isWhole = repo.worktree === repo.root && here.repo.worktree === here.repo.root;
	return {
		deps: here,
		is: isGone && isWhole ? 'moved' : 'other',
		from: repo,
		notice: `this session was made in ${shown(repo.worktree)}${isGone ? ', which is no longer there' : ''}; it goes on in ${describe(here.repo)}`,
	};
}

/** The record once the session, or a child of it, goes on at its place. */
export function placedAt({ deps, is, from }: SessionPlace, meta: SessionMeta): SessionMeta {
	if (is === 'own') return meta;
	const { root, worktree, branch, head } = deps.repo;
	const earlier = from.moved_from ?? [];
	const moved_from = is === 'moved' ? [...new Set([...earlier, from.worktree])] : earlier;
	return { ...meta, repo: { ...meta.repo, root, worktree, branch, head, moved_from } };
}

/** A folder that was a worktree once and is an ordinary one now belongs to the worktree around it. */
function isWorktreeOf(there: RepoFacts, folder: string, here: RepoFacts): boolean {
	const isSameRepo = there.kind === 'worktree' && there.commonDir === here.commonDir;
	return isSameRepo && there.worktree === realpathSync(folder);
}

/** True only where it is certain: histories are rewritten, clones are shallow, and records come without a commit. */
async function isOtherRepo({ repo }: Recorded, there: RepoFacts | null, here: RelayDeps): Promise<boolean> {
	if (there === null || there.kind === 'none' || there.commonDir === here.repo.commonDir) return false;
	if (here.repo.kind === 'none') return true;
	const { hasCommit, firstCommits } = here.places;
	if (repo.head !== null && (await hasCommit(here.repo, repo.head)) === true) return false;
	const [theirs, ours] = [await firstCommits(there), await firstCommits(here.repo)];
	return theirs !== null && ours !== null && ![...theirs].some((commit) => ours.has(commit));
}

function otherRepo({ id, repo }: Recorded, here: RepoFacts): RelayError {
	return new RelayError(
		'refused',
		`Session ${id} was made in ${shown(repo.worktree)}, which is another repo than ${shown(here.worktree)}.`,
		{ hint: `If this folder is right: agent-relay run --session ${id.slice(-6)} --here` },
	);
}

function describe({ worktree, branch }: RepoFacts): string {
	return shown(worktree) + (branch === null ? '' : ` (${shown(branch)})`);
}

const shown = (text: string) => safeLine(text, 200);

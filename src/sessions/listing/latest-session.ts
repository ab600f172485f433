import type { SessionId } from '../../core/ids.ts';
import type { ListOptions, SessionSummary } from './session-list.ts';

interface Listing {
	location: { repo: { worktree: string } };
	list(options: ListOptions): SessionSummary[];
}

/** Enough to pass over what is not meant; more of that in a row is not left by crashes. */
const LOOK = 20;

/** The newest session that is meant: of this worktree, else of any other of the repo; null: there is none. */
export function latestSession(
	store: Listing,
	options: ListOptions,
	isMeant: (session: SessionSummary) => boolean = () => true,
): SessionSummary | null {
	const { worktree } = store.location.repo;
	const newest = (more: ListOptions) =>
		store.list({ ...options, ...more, limit: LOOK }).find(isMeant) ?? null;
	const latest = newest({});
	// Most repos have one worktree: the newest is of it.
	if (latest === null || latest.meta?.repo.worktree === worktree) return latest;
	return newest({ worktree }) ?? latest;
}

/** The newest checkpointed session that is meant. Throws `session_locked` where all that is meant is at work elsewhere. */
export function latestUnfinished(
	store: Listing & { refuseLocked(id: SessionId): void },
	options: Pick<ListOptions, 'kinds'>,
	isMeant?: (session: SessionSummary) => boolean,
): SessionSummary | null {
	const latest = latestSession(store, { ...options, status: 'checkpointed' }, isMeant);
	if (latest !== null) return latest;
	const atWork = latestSession(store, { ...options, status: 'active' });
	if (atWork !== null) store.refuseLocked(atWork.id);
	return null;
}

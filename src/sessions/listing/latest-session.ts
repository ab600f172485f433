import type { SessionId } from '../../core/ids.ts';
import type { ListOptions, SessionSummary } from './session-list.ts';

interface Listing {
	location: { repo: { worktree: string } };
	list(options: ListOptions): SessionSummary[];
}

/** Enough to skip the sessions that are not meant; crashes do not leave more of them in a row. */
const LOOK = 20;

/** The newest session that is meant: one of this worktree, else one of any other of the repo; null: there is none. */
export function latestSession(
	store: Listing,
	options: ListOptions,
	isMeant: (session: SessionSummary) => boolean = () => true,
): SessionSummary | null {
	const { worktree } = store.location.repo;
	const newest = (more: ListOptions) =>
		store.list({ isArchived: false, ...options, ...more, limit: LOOK }).find(isMeant) ?? null;
	const latest = newest({});
	// Most repos have one worktree, and the newest session belongs to it.
	if (latest === null || latest.meta?.repo.worktree === worktree) return latest;
	return newest({ worktree }) ?? latest;
}

/** The newest checkpointed session that is meant. Throws `session_locked` if every one that is meant is in use elsewhere. */
export function latestUnfinished(
	store: Listing & { refuseLocked(id: SessionId): void },
	options: Pick<ListOptions, 'kinds' | 'name'>,
	isMeant?: (session: SessionSummary) => boolean,
): SessionSummary | null {
	const latest = latestSession(store, { ...options, status: 'checkpointed' }, isMeant);
	if (latest !== null) return latest;
	const atWork = latestSession(store, { ...options, status: 'active' });
	if (atWork !== null) store.refuseLocked(atWork.id);
	return null;
}

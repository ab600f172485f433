import type { SessionId } from '../../core/ids.ts';
import type { OpenSession, SessionStore } from '../store/session-store.ts';
import type { LaunchPlace, LineOfWork } from './line-of-work.ts';
import { nameOf } from './name-id.ts';

/**
 * The store of relays that start agents: who begins or opens a session there works under the session's name, and is live under it.
 * Throws what refuses that, and then no session was begun or opened.
 */
export function liveStore(
	store: SessionStore,
	line: Pick<LineOfWork, 'name' | 'enter' | 'began'>,
	place: LaunchPlace,
): SessionStore {
	const opened = (session: OpenSession, isNew: boolean): OpenSession => {
		line.began({ id: session.id, isNew }, place.folder);
		return session;
	};
	const enterNameOf = (id: SessionId | null) =>
		line.enter(place, id === null ? line.name.id : nameOf(store.read(id)));
	return {
		...store,
		create(init) {
			enterNameOf(init.parent ?? null);
			return opened(store.create(init), true);
		},
		open(id) {
			enterNameOf(id);
			return opened(store.open(id), false);
		},
	};
}

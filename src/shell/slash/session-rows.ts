import type { CommandContext } from '../../commands/context.ts';
import type { SessionId } from '../../core/ids.ts';
import { sessionPlaces } from '../../sessions/listing/session-list.ts';
import { shortIds } from '../../sessions/listing/short-ids.ts';
import type { SessionMeta } from '../../sessions/session-meta.ts';

/** A session as the shell offers it. */
export interface SessionRow {
	id: SessionId;
	/** Short and unique. */
	ref: string;
	kind: SessionMeta['kind'];
	/** The race of an entrant; the session that this one continues. */
	parent: string | null;
	status: SessionMeta['status'];
	/** Title or first prompt; untrusted text. */
	title: string;
	/** Epoch ms. */
	updatedAt: number;
}

/** As many as a list can show at a glance. */
const OFFERED = 20;

/** Sessions of these kinds, newest first, a race with its entrants as one row; damaged ones are left out. */
export async function sessionRows(
	{ store: openStore }: Pick<CommandContext, 'store'>,
	kinds: ReadonlyArray<SessionRow['kind']>,
): Promise<SessionRow[]> {
	const store = await openStore();
	const { location } = store;
	const places = sessionPlaces(location);
	const found = store.list({ places, isArchived: false, limit: OFFERED, isFolded: true, kinds });
	const refOf = shortIds(
		found.map(({ id }) => id),
		[...places.keys()],
	);
	return found.flatMap(({ id, meta, status, lastUsedAt }) => {
		if (meta === null || status === 'damaged') return [];
		const { kind, parent } = meta;
		const title = meta.title ?? meta.objective ?? '';
		return [{ id, ref: refOf(id), kind, parent, status, title, updatedAt: lastUsedAt }];
	});
}

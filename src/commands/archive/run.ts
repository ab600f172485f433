/** Archives sessions and takes them back: each with the sessions that it continues and that continue it, one line of work. */
import type { SessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { wholeLineage } from '../../sessions/lineage/whole-lineage.ts';
import { isArchived } from '../../sessions/session-meta.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { unarchive as fromArchive, archive as toArchive } from '../../sessions/transitions.ts';
import type { Body } from '../command.ts';

interface ArchiveOptions {
	ref: readonly string[];
}

export interface ArchivedLine {
	/** As named. */
	id: SessionId;
	title: string;
	/** All sessions of the line of work that were changed; empty: it was so already. */
	changed: readonly SessionId[];
}

export interface ArchiveData {
	is: 'archived' | 'unarchived';
	lines: readonly ArchivedLine[];
	ownName: string;
}

const bodyOf = (is: ArchiveData['is']): Body<ArchiveOptions, ArchiveData> => ({
	async run({ store: openStore, clock, ownName }, { ref: refs }) {
		const store = await openStore();
		const named = [...new Set(refs.map((ref) => store.resolve(ref)))];
		const all = store.list({ order: 'created', name: null });
		const found = named.map((id) => ({ id, meta: store.read(id), members: wholeLineage(id, all) }));
		const pending = new Set(
			found.flatMap(({ members }) =>
				members.filter((id) => isReadable(id, all) && isArchived(store.read(id)) !== (is === 'archived')),
			),
		);
		// Nothing is changed where one of them is in use.
		for (const id of pending) store.refuseLocked(id);
		const lines = found.map(({ id, meta, members }) => {
			const changed = members.filter((one) => pending.delete(one));
			for (const one of changed) change(one, is, store, clock.now());
			return { id, title: meta.title ?? meta.objective ?? '', changed };
		});
		return { exitCode: EXIT.done, data: { is, lines, ownName } };
	},
	toJson: ({ is, lines }) => ({
		sessions: lines.map(({ id, changed }) => ({ id, archived: is === 'archived', changed })),
	}),
});

export const archive = bodyOf('archived');
export const unarchive = bodyOf('unarchived');

function change(id: SessionId, is: ArchiveData['is'], store: SessionStore, at: number): void {
	if (is === 'archived') store.change(id, toArchive, { at });
	else store.change(id, fromArchive, undefined);
}

/** A damaged one in the same line of work stays as it is. */
function isReadable(id: SessionId, all: ReturnType<SessionStore['list']>): boolean {
	return all.some((one) => one.id === id && one.meta !== null);
}

/** What a store finds among its sessions: lists, lines of work, and the session that a REF means, each of the name in force. */
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { readMeta } from '../files/json-record.ts';
import { META_FILE } from '../files/session-paths.ts';
import { folderOfSession, type StoreLocation } from '../files/store-location.ts';
import { latestSession } from '../listing/latest-session.ts';
import { type Lineage, type LineageFilter, listLineages } from '../listing/lineage-list.ts';
import { type IndexedSession, indexSessions } from '../listing/session-index.ts';
import {
	type ListOptions,
	listSessions,
	type SessionSummary,
	sessionIds,
	summaryOf,
} from '../listing/session-list.ts';
import { resolveRef } from '../listing/session-ref.ts';
import { type NameId, type NameInForce, nameOf } from '../names/name-id.ts';
import type { LockContext } from './lock-record.ts';

export interface StoreLists {
	/** Newest use first, with the true status, of the name in force unless `name` says otherwise. Never throws for one bad record. */
	list(options?: ListOptions): SessionSummary[];
	/** Lines of work, newest use first, named as in `list`; and the ids of all sessions. Writes its cache alone. */
	lineages(filter?: LineageFilter): { found: Lineage[]; count: number; ids: readonly SessionId[] };
	/** The record of a session as a list has it; null if it is gone. */
	summary(session: IndexedSession): SessionSummary | null;
	/** See `resolveRef`. With a name that the user gave, a session of another one is `no_such_session`. */
	resolve(ref: string): SessionId;
}

interface ListsOptions {
	location: StoreLocation;
	context: LockContext;
	nameInForce: () => NameInForce;
	/** null: nothing is cached. */
	cacheFolder: string | null;
}

export function createStoreLists({ location, context, nameInForce, cacheFolder }: ListsOptions): StoreLists {
	/** Where the user gave a name, the sessions of others are not found. */
	const refuseOtherName = (name: NameId | null, what: string): void => {
		const { id, isGiven } = nameInForce();
		if (!isGiven || name === null || name === id) return;
		throw new RelayError('no_such_session', `${what} is of @${name}, and this command works under @${id}.`, {
			hint: `Name the line of work that it belongs to: --name ${name}`,
		});
	};
	const list: StoreLists['list'] = ({ name = nameInForce().id, ...more } = {}) => {
		refuseOtherName(name, 'What is asked for');
		return listSessions(location, { ...more, name }, context);
	};
	return {
		list,
		lineages: ({ name, ...filter } = {}) => {
			const isThorough = filter.status === 'damaged';
			const index = indexSessions(location, { cacheFolder, isThorough }, context);
			const { id, isGiven } = nameInForce();
			const wanted = isGiven || name === undefined ? id : name;
			return { ...listLineages(index, { ...filter, name: wanted }), ids: index.ids };
		},
		summary: ({ id, folder, summary }) => summary ?? summaryOf(id, folder, context),
		resolve: (ref) => {
			const found = resolveRef(ref, {
				ids: sessionIds(location),
				latest: (name) => latestSession({ location, list }, begun(name))?.id ?? null,
				archived: (name) => list({ ...begun(name), isArchived: true, limit: 1 })[0]?.id ?? null,
			});
			if (nameInForce().isGiven)
				refuseOtherName(recordedName(folderOfSession(location, found)), `Session ${found}`);
			return found;
		},
	};
}

const begun = (name: NameId | null) => ({ isBegun: true, ...(name === null ? {} : { name }) });

/** null: the record does not say. */
function recordedName(folder: string): NameId | null {
	try {
		const meta = readMeta(join(folder, META_FILE));
		return meta && nameOf(meta);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

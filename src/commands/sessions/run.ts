/** The sessions of this repo, newest use first. Reads no more records than it shows. */
import { toIso } from '../../core/clock.ts';
import type { SessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { type SessionSummary, sessionPlaces } from '../../sessions/listing/session-list.ts';
import { shortIds } from '../../sessions/listing/short-ids.ts';
import { nameOf } from '../../sessions/names/name-id.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { Body } from '../command.ts';
import { agentsOfSessions } from './session-agents.ts';

export interface SessionsOptions {
	limit: number;
	all: boolean;
	status: SessionSummary['status'] | null;
	/** Everything stands there: an entrant of a race too. */
	json: boolean;
}

export interface SessionRow {
	session: SessionSummary;
	/** Short, and names this session alone. */
	ref: string;
	/** For a race, its entrants. */
	agents: readonly string[];
}

export interface SessionsData {
	/** The folder of the records of this repo. */
	folder: string;
	otherFolders: readonly string[];
	rows: readonly SessionRow[];
	status: SessionsOptions['status'];
	/** How many are shown of how many; null: there are no more. */
	cut: { shown: number; all: number } | null;
	/** The session of the conversation at hand. */
	current: SessionId | null;
	/** How a printed command calls this program. */
	ownName: string;
	/** Epoch ms. */
	now: number;
}

export const sessions: Body<SessionsOptions, SessionsData> = {
	async run({ store: openStore, clock, ownName, conversation }, { limit, all, status, json }) {
		const store = await openStore();
		const places = sessionPlaces(store.location);
		const found = store.list({
			places,
			isArchived: false,
			// For reading a race is one thing; as data, and with --all, everything stands there.
			isFolded: !json && !all,
			...(all ? {} : { limit }),
			...(status === null ? {} : { status }),
		});
		const otherFolders = store.location.others.filter((folder) =>
			[...places.values()].some((place) => place.startsWith(folder)),
		);
		const isCut = !all && found.length === limit && places.size > limit;
		const data = {
			folder: store.location.folder,
			otherFolders,
			rows: json ? found.map(bareRow) : await rowsOf(found, [...places.keys()], store),
			status,
			cut: isCut ? { shown: limit, all: places.size } : null,
			current: conversation?.session()?.id ?? null,
			ownName,
			now: clock.now(),
		};
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ folder, otherFolders, rows }) => ({
		folder,
		other_folders: otherFolders,
		sessions: rows.map(({ session }) => sessionToJson(session)),
	}),
};

/** As data each has its whole id. */
const bareRow = (session: SessionSummary): SessionRow => ({ session, ref: session.id, agents: [] });

async function rowsOf(
	found: readonly SessionSummary[],
	all: readonly SessionId[],
	store: SessionStore,
): Promise<SessionRow[]> {
	const refOf = shortIds(
		found.map(({ id }) => id),
		all,
	);
	const agentsOf = await agentsOfSessions(found, store);
	return found.map((session) => ({ session, ref: refOf(session.id), agents: agentsOf(session) }));
}

function sessionToJson(session: SessionSummary): Record<string, unknown> {
	const { meta } = session;
	return {
		id: session.id,
		status: session.status,
		reason: session.reason,
		name: meta === null ? null : nameOf(meta),
		title: meta?.title ?? null,
		objective: meta?.objective ?? null,
		kind: meta?.kind ?? null,
		agents: Object.keys(meta?.agents ?? {}),
		active_agent: meta?.active_agent ?? null,
		turn_count: meta?.turn_count ?? null,
		parent: meta?.parent ?? null,
		created_at: meta?.created_at ?? null,
		last_used_at: toIso(session.lastUsedAt),
		folder: session.folder,
		problem: session.problem,
	};
}

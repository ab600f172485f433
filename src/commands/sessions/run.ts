/** The sessions of this repo, or of all repos of this user, newest use first: a row for each line of work. */
import { toIso } from '../../core/clock.ts';
import type { SessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import {
	type Lineage,
	type LineageFilter,
	type LineageSums,
	sumsOfLineage,
} from '../../sessions/listing/lineage-list.ts';
import type { SessionSummary } from '../../sessions/listing/session-list.ts';
import { shortIds } from '../../sessions/listing/short-ids.ts';
import { nameOf } from '../../sessions/names/name-id.ts';
import { isArchived } from '../../sessions/session-meta.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { Age } from '../options/age.ts';
import { knownAgent } from './known-agent.ts';
import { agentsOfSessions } from './session-agents.ts';

interface SessionsOptions {
	/** null: all of them. */
	limit: number | null;
	all: boolean;
	status: SessionSummary['status'] | null;
	agent: string | null;
	since: Age | null;
	grep: string | null;
	/** All of them. */
	tag: readonly string[];
	flat: boolean;
	/** Those that are kept out of lists, and no others. */
	archived: boolean;
	json: boolean;
}

export interface SessionRow {
	/** Where the work stands. */
	session: SessionSummary;
	/** Short, and names this session alone in its repo. */
	ref: string;
	lineage: Lineage;
	/** `agents` of a race: its entrants. */
	sums: LineageSums;
	/** Where its repo is. */
	root: string;
}

export interface SessionsData {
	/** The folder of the records of this repo. */
	folder: string;
	otherFolders: readonly string[];
	rows: readonly SessionRow[];
	/** Several repos: each row names its own. */
	isOfAllRepos: boolean;
	/** Some were left out on purpose, by their state or otherwise. */
	isFiltered: boolean;
	status: SessionsOptions['status'];
	/** How many rows are shown of how many; null: there are no more. */
	cut: { shown: number; all: number } | null;
	/** The session of the conversation at hand. */
	current: SessionId | null;
	home: string;
	/** How a printed command calls this program. */
	ownName: string;
	/** Epoch ms. */
	now: number;
}

export const sessions: Body<SessionsOptions, SessionsData> = {
	async run(context, options) {
		const { clock, ownName, conversation, home } = context;
		const { all, limit, status, json, archived } = options;
		const now = clock.now();
		const own = await context.store();
		const { location } = own;
		const filter = await filterOf(options, now, context);
		const places = [
			{ root: location.repo.root, store: own },
			...(all ? await context.otherStores() : []),
		].map((place) => ({ ...place, ...place.store.lineages(filter) }));
		const found = places
			.flatMap((place) => place.found.map((lineage) => ({ place, lineage })))
			.sort((a, b) => (places.length < 2 ? 0 : b.lineage.lastUsedAt - a.lineage.lastUsedAt));
		const count = places.reduce((sum, place) => sum + place.count, 0);
		const shown = found.slice(0, limit ?? found.length);
		const rows = await Promise.all(
			places.map((place) =>
				rowsOf(
					shown.flatMap((one) => (one.place === place ? [one.lineage] : [])),
					place,
					{ isBare: json },
				),
			),
		);
		const data = {
			folder: location.folder,
			otherFolders: location.others.filter((folder) =>
				places[0]?.found.some(({ head }) => head.folder.startsWith(folder)),
			),
			rows: inOrder(rows.flat(), shown),
			isOfAllRepos: all,
			isFiltered: archived || ['status', 'agent', 'since', 'text', 'tags'].some((key) => key in filter),
			status,
			cut: shown.length < count ? { shown: shown.length, all: count } : null,
			current: conversation?.session()?.id ?? null,
			home,
			ownName,
			now,
		};
		return { exitCode: EXIT.done, data };
	},
	toJson: ({ folder, otherFolders, rows, cut }) => ({
		folder,
		other_folders: otherFolders,
		sessions: rows.map(rowToJson),
		total: cut?.all ?? rows.length,
	}),
};

async function filterOf(
	{ all, status, agent, since, grep, tag: tags, flat, limit, archived }: SessionsOptions,
	now: number,
	context: CommandContext,
): Promise<LineageFilter> {
	// A name that the user gave keeps all others out.
	const isNameGiven = all && (await context.names()).line.name.isGiven;
	return {
		isFlat: flat,
		isArchived: archived,
		...(all && !isNameGiven ? { name: null } : {}),
		...(limit === null ? {} : { limit }),
		...(status === null ? {} : { status }),
		...(agent === null ? {} : { agent: await knownAgent(agent, context) }),
		...(since === null ? {} : { since: now - since.ms }),
		...(grep === null ? {} : { text: grep }),
		...(tags.length === 0 ? {} : { tags: tags.map((tag) => tag.normalize()) }),
	};
}

interface Place {
	root: string;
	store: SessionStore;
	ids: readonly SessionId[];
}

/** `isBare`: as data each has its whole id. A session that went meanwhile has no row. */
async function rowsOf(
	shown: readonly Lineage[],
	{ root, store, ids }: Place,
	{ isBare }: { isBare: boolean },
): Promise<SessionRow[]> {
	const found = shown.flatMap((lineage) => {
		const session = store.summary(lineage.head);
		return session === null ? [] : [{ session, lineage }];
	});
	const refOf = shortIds(isBare ? [] : found.map(({ session: { id } }) => id), ids);
	const summaries = found.map(({ session }) => session);
	const entrantsOf = isBare ? null : await agentsOfSessions(summaries, store);
	return found.map(({ session, lineage }) => {
		const isRace = session.meta?.kind === 'race' && session.meta.parent === null;
		const sums = sumsOfLineage(lineage);
		const agents = isRace ? (entrantsOf?.(session) ?? sums.agents) : sums.agents;
		const ref = isBare ? session.id : refOf(session.id);
		return { session, ref, lineage, sums: { ...sums, agents }, root };
	});
}

function inOrder(rows: readonly SessionRow[], shown: ReadonlyArray<{ lineage: Lineage }>): SessionRow[] {
	const byLineage = new Map(rows.map((row) => [row.lineage, row]));
	return shown.flatMap(({ lineage }) => byLineage.get(lineage) ?? []);
}

function rowToJson({ session, lineage, sums, root }: SessionRow): Record<string, unknown> {
	const { meta } = session;
	const { members, lastUsedAt } = lineage;
	const { turns, cost, agents } = sums;
	return {
		id: session.id,
		status: session.status,
		reason: session.reason,
		name: meta === null ? null : nameOf(meta),
		title: meta?.title ?? null,
		tags: meta?.tags ?? [],
		archived: meta !== null && isArchived(meta),
		objective: meta?.objective ?? null,
		last_prompt: meta?.last_prompt ?? null,
		kind: meta?.kind ?? null,
		agents: Object.keys(meta?.agents ?? {}),
		active_agent: meta?.active_agent ?? null,
		turn_count: meta?.turn_count ?? null,
		parent: meta?.parent ?? null,
		forked_from: meta?.forked_from ?? null,
		repo: root,
		branch: meta?.repo.branch ?? null,
		created_at: meta?.created_at ?? null,
		last_used_at: toIso(session.lastUsedAt),
		folder: session.folder,
		problem: session.problem,
		lineage: {
			sessions: members.map(({ id }) => id),
			agents,
			turns,
			cost_usd: cost.cost_usd,
			cost_source: cost.cost_source,
			prices_as_of: cost.prices_as_of ?? null,
			last_used_at: toIso(lastUsedAt),
		},
	};
}

/** Lines of work: each session with those it continues and those that continue it, as one. */
import type { SessionId } from '../../core/ids.ts';
import { type SumOfCosts, sumOfCosts } from '../lineage/lineage-usage.ts';
import type { IndexedSession, SessionIndex } from './session-index.ts';

export interface Lineage {
	/** Where the work stands: the session used last; of a race, the race. */
	head: IndexedSession;
	/** The oldest first. */
	members: readonly IndexedSession[];
	/** Epoch ms. */
	lastUsedAt: number;
}

export interface LineageFilter {
	/** The head's. */
	status?: IndexedSession['label']['status'];
	/** Whether the head is kept out of lists. Absent: either. */
	isArchived?: boolean;
	/** The one that all its sessions have; null or absent: any. */
	name?: string | null;
	/** Who worked in any of its sessions: an agent, or a participant of a chat. */
	agent?: string;
	/** Each of them is on one of its sessions. */
	tags?: readonly string[];
	/** Used since then, epoch ms. */
	since?: number;
	/** In the name, the title, a tag or a prompt of any of its sessions, in any case. */
	text?: string;
	/** Each session is a line of its own. */
	isFlat?: boolean;
	/** At most so many. */
	limit?: number;
}

/** The newest use first. `count`: how many are meant, without the limit. */
export function listLineages(
	index: SessionIndex,
	filter: LineageFilter,
): { found: Lineage[]; count: number } {
	const { since, name = null, isFlat = false, limit = Number.POSITIVE_INFINITY } = filter;
	// By place in the index: of ten thousand sessions, few are looked at closer.
	const groups = isFlat ? new Map<number, number[]>() : groupsOf(index);
	const grouped = new Set([...groups.values()].flatMap(([, ...others]) => others));
	const all: number[] = [];
	const used = new Float64Array(index.ids.length);
	for (let at = 0; at < used.length; at++) {
		if (!grouped.has(at)) all.push(at);
		used[at] = index.lastUsedAt(at);
	}
	for (const [at, members] of groups) used[at] = Math.max(...members.map((one) => index.lastUsedAt(one)));
	const usedAt = (at: number) => used[at] ?? 0;
	const membersOf = (at: number) => (groups.get(at) ?? [at]).map((one) => index.session(one));
	/** Most sessions stand alone: for those nothing is put together. */
	const headLabel = (at: number) => (groups.has(at) ? headOf(membersOf(at)).label : index.label(at));
	const isMeant = matcher(filter, index);
	const meant = all.filter(
		(at) =>
			(since === undefined || usedAt(at) >= since) &&
			(name === null || index.label(at).name === name) &&
			isMeantHead(headLabel(at), filter) &&
			isMeant(groups.get(at) ?? [at]),
	);
	const newest = meant.sort((a, b) => usedAt(b) - usedAt(a) || b - a).slice(0, limit);
	const found = newest.map((at) => {
		const members = membersOf(at);
		return { head: headOf(members), members, lastUsedAt: usedAt(at) };
	});
	return { found, count: meant.length };
}

const isMeantHead = (label: IndexedSession['label'], { status, isArchived }: LineageFilter) =>
	(status === undefined || label.status === status) &&
	(isArchived === undefined || label.isArchived === isArchived);

/** Judges a lineage by the places of its sessions. */
function matcher(
	{ agent, text, tags = [] }: LineageFilter,
	index: SessionIndex,
): (members: readonly number[]) => boolean {
	const wanted = text?.toLowerCase();
	return (members) =>
		(agent === undefined || members.some((at) => isAtWork(agent, index.label(at)))) &&
		tags.every((tag) => members.some((at) => index.label(at).tags.includes(tag))) &&
		(wanted === undefined || members.some((at) => index.words(at).toLowerCase().includes(wanted)));
}

/** Also under the name of a participant. */
const isAtWork = (agent: string, { agents, behind }: IndexedSession['label']) =>
	agents.includes(agent) || behind.includes(agent);

/** An entrant is part of its race. */
function headOf(members: readonly IndexedSession[]): IndexedSession {
	const own = members.filter(({ label }) => !label.isEntrant);
	const newer = (a: IndexedSession, b: IndexedSession) => (b.lastUsedAt >= a.lastUsedAt ? b : a);
	return (own.length === 0 ? members : own).reduce(newer);
}

/**
 * Those of several sessions, each by the place of one of them. What continues a session that is gone is still one line of work, and
 * a circle of parents is one, too.
 */
function groupsOf({ ids, parent }: SessionIndex): Map<number, number[]> {
	const above = new Map<SessionId, SessionId>();
	const rootOf = (id: SessionId): SessionId => {
		let at = id;
		for (let next = above.get(at) ?? at; next !== at; next = above.get(at) ?? at) {
			// Halves the way for the next one.
			above.set(at, above.get(next) ?? next);
			at = next;
		}
		return at;
	};
	ids.forEach((id, at) => {
		const over = parent(at);
		if (over !== null) above.set(rootOf(id), rootOf(over));
	});
	const byRoot = new Map<SessionId, number[]>();
	if (above.size > 0)
		ids.forEach((id, at) => {
			const root = rootOf(id);
			const group = byRoot.get(root);
			if (group === undefined) byRoot.set(root, [at]);
			else group.push(at);
		});
	const several = [...byRoot.values()].filter(({ length }) => length > 1);
	return new Map(several.map((members) => [members[0] ?? 0, members]));
}

export interface LineageSums {
	turns: number;
	cost: SumOfCosts;
	/** In order of use. */
	agents: readonly string[];
}

export function sumsOfLineage({ members }: Lineage): LineageSums {
	return {
		turns: members.reduce((sum, { turns }) => sum + turns, 0),
		cost: sumOfCosts(
			members.map(({ costUsd, label }) => ({
				cost_usd: costUsd,
				cost_source: label.costSource,
				...(label.pricesAsOf === null ? {} : { prices_as_of: label.pricesAsOf }),
			})),
		),
		agents: [...new Set(members.flatMap(({ label }) => label.agents))],
	};
}

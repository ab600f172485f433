import type { SessionId } from '../../core/ids.ts';
import type { SessionSummary } from '../listing/session-list.ts';
import type { SessionMeta } from '../session-meta.ts';

type Listed = Pick<SessionSummary, 'id' | 'meta'>;

/** All of `sessions` that are one line of work with `id`: what it continues, and whatever continues any of these. Oldest first. */
export function wholeLineage(id: SessionId, sessions: readonly Listed[]): SessionId[] {
	const byId = new Map<string, Listed>(sessions.map((one) => [one.id, one]));
	const children = childrenOf(sessions);
	const found = new Set<SessionId>([id]);
	// The set grows while it is walked; a cycle ends where it began.
	for (const one of found) {
		const parent = byId.get(byId.get(one)?.meta?.parent ?? '');
		if (parent !== undefined) found.add(parent.id);
		for (const child of children.get(one) ?? []) found.add(child);
	}
	return [...found].sort();
}

/** Which sessions continue each. */
export function childrenOf(sessions: readonly Listed[]): ReadonlyMap<string, readonly SessionId[]> {
	const children = new Map<string, SessionId[]>();
	for (const { id, meta } of sessions)
		if (meta?.parent) children.set(meta.parent, [...(children.get(meta.parent) ?? []), id]);
	return children;
}

/** Which sessions need each: those that continue it, and those that were forked from it. */
export function dependentsOf(sessions: readonly Listed[]): ReadonlyMap<string, readonly SessionId[]> {
	const dependents = new Map<string, SessionId[]>();
	for (const { id, meta } of sessions)
		for (const source of meta === null ? [] : sourcesOf(meta))
			dependents.set(source, [...(dependents.get(source) ?? []), id]);
	return dependents;
}

/** The session that it continues, or was forked from. */
export const sourcesOf = ({ parent, forked_from }: Pick<SessionMeta, 'parent' | 'forked_from'>): string[] =>
	[parent, forked_from?.session].filter((source) => typeof source === 'string');

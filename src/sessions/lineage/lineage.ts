import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { TurnState } from '../turns/turn-state.ts';
import { readTurns } from '../turns/turn-states.ts';
import type { Witness } from '../witness/witness.ts';

export interface LineageEntry {
	meta: SessionMeta;
	folder: string;
	turns: TurnState[];
	/** What could not be read of this session or above it, one line each. */
	problems: string[];
	/** What is known of it that its records cannot change. */
	witness: Witness;
}

/** The session and its ancestors, oldest first. A missing parent or a cycle ends the chain and stands in `problems`. */
export function readLineage(
	id: SessionId,
	store: {
		read(id: SessionId): SessionMeta;
		folderOf(id: SessionId): string;
		witnessOf(id: SessionId): Witness;
	},
): LineageEntry[] {
	const chain: LineageEntry[] = [];
	const seen = new Set<SessionId>();
	for (let next: SessionId | null = id, meta: SessionMeta | null = store.read(id); next && meta; ) {
		seen.add(next);
		const folder = store.folderOf(next);
		const { turns, problems } = readTurns(folder);
		const above = parentOf(meta, seen, store);
		const witness = store.witnessOf(next);
		chain.unshift({ meta, folder, turns, problems: [...problems, ...above.problems], witness });
		next = above.id;
		meta = above.meta;
	}
	return chain;
}

function parentOf(
	meta: SessionMeta,
	seen: ReadonlySet<SessionId>,
	store: { read(id: SessionId): SessionMeta },
): { id: SessionId | null; meta: SessionMeta | null; problems: string[] } {
	const nobody = (problem?: string) => ({ id: null, meta: null, problems: problem ? [problem] : [] });
	if (meta.parent === null) return nobody();
	const id = parseSessionId(meta.parent);
	if (id === null) return nobody(`${meta.id} names a parent that is no session id`);
	if (seen.has(id)) return nobody(`${meta.id} names ${id} as its parent, which descends from it`);
	try {
		return { id, meta: store.read(id), problems: [] };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return nobody(`the parent ${id} cannot be read: ${error.message}`);
	}
}

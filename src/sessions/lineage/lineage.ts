import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { TurnState } from '../turns/turn-state.ts';
import type { Witness } from '../witness/witness.ts';

export interface LineageEntry {
	meta: SessionMeta;
	folder: string;
	turns: TurnState[];
	/** What could not be read of this session or above it, one line each. */
	problems: string[];
	/** What is known of the session that its records cannot change. */
	witness: Witness;
}

/** The session and its ancestors, oldest first. A missing parent or a cycle ends the chain and is named in `problems`. */
export function readLineage(id: SessionId, store: RecordSource): LineageEntry[] {
	const chain: LineageEntry[] = [];
	const seen = new Set<SessionId>();
	for (let at: Found | null = { id, records: store.recordsOf(id) }; at !== null; ) {
		seen.add(at.id);
		const { meta, folder, turns, problems } = at.records;
		const above = parentOf(meta, seen, store);
		const witness = store.witnessOf(at.id);
		chain.unshift({ meta, folder, turns, problems: [...problems, ...above.problems], witness });
		at = above.parent;
	}
	return chain;
}

interface RecordSource {
	/** As on disk; for a session that this process holds, as it wrote them. Throws RelayError. */
	recordsOf(id: SessionId): Omit<LineageEntry, 'witness'>;
	witnessOf(id: SessionId): Witness;
}

interface Found {
	id: SessionId;
	records: ReturnType<RecordSource['recordsOf']>;
}

function parentOf(
	meta: SessionMeta,
	seen: ReadonlySet<SessionId>,
	store: RecordSource,
): { parent: Found | null; problems: string[] } {
	const nobody = (problem?: string) => ({ parent: null, problems: problem ? [problem] : [] });
	if (meta.parent === null) return nobody();
	const id = parseSessionId(meta.parent);
	if (id === null) return nobody(`${meta.id} names a parent that is not a session id`);
	if (seen.has(id)) return nobody(`${meta.id} names ${id} as its parent, which descends from it`);
	try {
		return { parent: { id, records: store.recordsOf(id) }, problems: [] };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return nobody(`the parent ${id} cannot be read: ${error.message}`);
	}
}

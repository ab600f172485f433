import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import type { ForkedFrom, SessionMeta } from '../session-meta.ts';
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
	/** The last turn that is known here of a session that went on; absent: all are. */
	until?: number;
}

/** The session and its ancestors, oldest first. A missing parent or a cycle ends the chain and is named in `problems`. */
export function readLineage(id: SessionId, store: RecordSource): LineageEntry[] {
	return readChain(id, store, parentOf);
}

/**
 * As `readLineage`, and before it what the oldest of them was forked from, up to the turn of the fork: all that an agent is told of.
 * Records of what came after that turn are left out.
 */
export function readStory(id: SessionId, store: RecordSource): LineageEntry[] {
	return readChain(id, store, (meta, seen, source) =>
		meta.parent === null && meta.forked_from !== undefined
			? sourceOf(meta, meta.forked_from, seen, source)
			: parentOf(meta, seen, source),
	);
}

function readChain(
	id: SessionId,
	store: RecordSource,
	before: (meta: SessionMeta, seen: ReadonlySet<SessionId>, store: RecordSource) => Above,
): LineageEntry[] {
	const chain: LineageEntry[] = [];
	const seen = new Set<SessionId>();
	for (let at: Found | null = { id, records: store.recordsOf(id) }; at !== null; ) {
		seen.add(at.id);
		const { problems, ...records } = at.records;
		const { meta } = records;
		const above = before(meta, seen, store);
		const witness = store.witnessOf(at.id);
		chain.unshift({ ...records, problems: [...problems, ...above.problems], witness });
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

interface Above {
	parent: Found | null;
	problems: string[];
}

const nobody = (problem?: string): Above => ({ parent: null, problems: problem ? [problem] : [] });

function parentOf(meta: SessionMeta, seen: ReadonlySet<SessionId>, store: RecordSource): Above {
	if (meta.parent === null) return nobody();
	const id = parseSessionId(meta.parent);
	if (id === null) return nobody(`${meta.id} names a parent that is not a session id`);
	if (seen.has(id)) return nobody(`${meta.id} names ${id} as its parent, which descends from it`);
	return readAbove(id, `the parent ${id}`, store);
}

function sourceOf(
	meta: SessionMeta,
	fork: ForkedFrom,
	seen: ReadonlySet<SessionId>,
	store: RecordSource,
): Above {
	const id = parseSessionId(fork.session);
	if (id === null) return nobody(`${meta.id} is forked from what is not a session id`);
	if (seen.has(id)) return nobody(`${meta.id} is forked from ${id}, which descends from it`);
	const { parent, problems } = readAbove(id, `session ${id}, which it was forked from,`, store);
	return { parent: parent && { id, records: upTo(parent.records, fork) }, problems };
}

/**
 * What is known of a session where `turn` is its last. An undo after that turn counts only if the files (`files`) were not brought
 * to what it left.
 */
export function upTo<T extends Omit<LineageEntry, 'witness'>>(
	records: T,
	{ turn, files }: Pick<ForkedFrom, 'turn' | 'files'>,
): T {
	const { meta, turns } = records;
	const undos = (meta.undos ?? []).filter(({ after_turn }) => after_turn < turn + (files ? 0 : 1));
	const notes = meta.notes.filter(({ after_turn }) => after_turn <= turn);
	return {
		...records,
		until: turn,
		turns: turns.filter((state) => state.turn <= turn),
		meta: { ...meta, notes, undos, turn_count: Math.min(meta.turn_count, turn) },
	};
}

function readAbove(id: SessionId, what: string, store: RecordSource): Above {
	try {
		return { parent: { id, records: store.recordsOf(id) }, problems: [] };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		return nobody(`${what} cannot be read: ${error.message}`);
	}
}
